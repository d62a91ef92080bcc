"""UDP upper-case server. Start it with: python3 udp_server.py PORT

As given, it listens and receives, but answers nothing. The TODOs say what is missing.
"""

import sys
from socket import AF_INET, SOCK_DGRAM, socket


def main():
    if len(sys.argv) < 2:
        sys.exit("usage: python3 udp_server.py PORT")
    port = int(sys.argv[1])

    # The server's door: a UDP socket, bound to the port that the clients know.
    server_socket = socket(AF_INET, SOCK_DGRAM)
    server_socket.bind(("", port))
    print("listening on UDP port", port, file=sys.stderr)

    while True:
        # One call receives one datagram, and says from which address and port it came.
        message, client_address = server_socket.recvfrom(2048)
        print(len(message), "bytes from", client_address, file=sys.stderr)

        # TODO 1: Make the reply: the same bytes, with a-z turned into A-Z.
        #         message is a bytes object, and bytes have an upper() of their own.
        # TODO 2: Send the reply with sendto, through this same socket, to client_address.
        # Then the loop goes back and waits for the next datagram, from whomever it comes.
        #
        # Afterwards: is a datagram of 0 bytes answered or passed over, and does the server
        # go on after bytes that are no text? Bonus: a datagram may hold up to 65,507 bytes.


if __name__ == "__main__":
    main()
