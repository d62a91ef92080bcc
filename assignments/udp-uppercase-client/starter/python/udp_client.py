"""UDP upper-case client. Start it with: python3 udp_client.py HOST PORT

As given, it reads the line and opens its socket, but sends nothing. The TODOs say what is missing.
"""

import os
import sys
from socket import AF_INET, SOCK_DGRAM, socket


def main():
    if len(sys.argv) < 3:
        sys.exit("usage: python3 udp_client.py HOST PORT")
    host = sys.argv[1]
    port = int(sys.argv[2])
    timeout_ms = int(os.environ.get("TIMEOUT_MS", "1000"))  # how long one try waits
    retries = int(os.environ.get("RETRIES", "3"))  # further tries after the first

    # One line from the keyboard, without its newline.
    line = sys.stdin.readline()
    if line == "":
        sys.exit("no line to send")
    line = line.rstrip("\r\n")

    # A UDP socket. It is not bound to a fixed port: the operating system picks one.
    client_socket = socket(AF_INET, SOCK_DGRAM)

    # TODO 1: Send the line to (host, port) as one datagram: sendto wants bytes, so encode it.
    # TODO 2: Receive the reply with recvfrom, decode it, print it, and exit with status 0.
    # TODO 3: A datagram may get lost. Wait at most timeout_ms for the reply (settimeout takes
    #         seconds), then send the line again, up to `retries` times more.
    # TODO 4: recvfrom gives you the sender's address. Is it the server's? If not, wait on.

    client_socket.close()
    print(
        f"{len(line)} characters for {host} port {port}: nothing sent yet "
        f"({timeout_ms} ms a try, {retries} retries)",
        file=sys.stderr,
    )
    return 1  # no reply


if __name__ == "__main__":
    sys.exit(main())
