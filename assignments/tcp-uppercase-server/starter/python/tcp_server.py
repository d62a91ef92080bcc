"""TCP upper-case server. Start it with: python3 tcp_server.py PORT

As given, it accepts every client and hangs up at once. The TODOs say what is missing.
"""

import sys
from socket import AF_INET, SOCK_STREAM, socket


def main():
    if len(sys.argv) < 2:
        sys.exit("usage: python3 tcp_server.py PORT")
    port = int(sys.argv[1])

    # The welcoming socket, also called the doorbell: clients knock here and nowhere else.
    welcoming_socket = socket(AF_INET, SOCK_STREAM)
    # Bonus: set SO_REUSEADDR here, before bind, and a restart does not have to wait.
    welcoming_socket.bind(("", port))
    welcoming_socket.listen(16)
    print("listening on TCP port", port, file=sys.stderr)

    while True:
        # accept() waits for a knock and returns a new socket, for this one client.
        connection_socket, client_address = welcoming_socket.accept()
        print("connection from", client_address, file=sys.stderr)

        # TODO 1: Collect bytes with recv until there is a newline: a line may come in pieces.
        #         Send the line back in upper case, newline included, with sendall.
        # TODO 2: Keep what came behind the newline: it is the beginning of the next line. Go on
        #         until recv returns b"", which says that the client has closed its side; bytes
        #         that are still without a newline then are a line too.
        # TODO 3: A connection that breaks (an OSError) must not end the server.
        # TODO 4: Do all of that in a thread for this connection, so that the loop is back at
        #         accept() at once and a silent client keeps nobody waiting.

        # Close the connection to this client, but never the welcoming socket.
        connection_socket.close()


if __name__ == "__main__":
    main()
