"""TCP upper-case client. Start it with: python3 tcp_client.py HOST PORT

As given, it reads the line and connects, but sends nothing. The TODOs say what is missing.
"""

import sys
from socket import AF_INET, SOCK_STREAM, socket


def main():
    if len(sys.argv) < 3:
        sys.exit("usage: python3 tcp_client.py HOST PORT")
    host = sys.argv[1]
    port = int(sys.argv[2])

    # One line from the keyboard, without its newline.
    line = sys.stdin.readline()
    if line == "":
        sys.exit("no line to send")
    line = line.rstrip("\r\n")

    # A TCP socket, connected to the server. From here on no address is needed any more.
    # If nobody listens there, connect raises an exception: Python prints it and exits with 1.
    client_socket = socket(AF_INET, SOCK_STREAM)
    client_socket.connect((host, port))

    # TODO 1: Send the line and a newline with sendall: it wants bytes, so encode them.
    # TODO 2: Collect bytes with recv until there is a newline, or until recv returns b"", which
    #         says that the server has closed. One recv is not one line.
    # TODO 3: Decode the line, print it without its newline, close, and exit with status 0.
    # TODO 4: Did the server close without sending anything? Then say so on stderr and return 1.

    client_socket.close()
    print(f"{len(line)} characters for {host} port {port}: nothing sent yet", file=sys.stderr)
    return 1  # no reply


if __name__ == "__main__":
    sys.exit(main())
