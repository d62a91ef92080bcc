/*
 * TCP upper-case server. Build and start it with:
 *     cc -O1 -Wall -Wextra -pthread -o tcp-server tcp_server.c
 *     ./tcp-server PORT
 *
 * As given, it accepts every client and hangs up at once. The TODOs say what is missing.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    if (argc < 2) {
        fprintf(stderr, "usage: %s PORT\n", argv[0]);
        return 1;
    }
    int port = atoi(argv[1]);

    /* The welcoming socket, also called the doorbell: clients knock here and nowhere else. */
    int welcoming_socket = socket(AF_INET, SOCK_STREAM, 0);
    if (welcoming_socket < 0) {
        perror("socket");
        return 1;
    }
    struct sockaddr_in server_address;
    memset(&server_address, 0, sizeof server_address);
    server_address.sin_family = AF_INET;
    server_address.sin_addr.s_addr = htonl(INADDR_ANY);
    server_address.sin_port = htons((unsigned short)port);
    /* Bonus: set SO_REUSEADDR here, before bind, and a restart does not have to wait. */
    if (bind(welcoming_socket, (struct sockaddr *)&server_address, sizeof server_address) < 0) {
        perror("bind");
        return 1;
    }
    if (listen(welcoming_socket, 16) < 0) {
        perror("listen");
        return 1;
    }
    fprintf(stderr, "listening on TCP port %d\n", port);

    for (;;) {
        /* accept waits for a knock and returns a new socket, for this one client. */
        struct sockaddr_in client_address;
        socklen_t client_length = sizeof client_address;
        int connection_socket = accept(welcoming_socket, (struct sockaddr *)&client_address,
                                       &client_length);
        if (connection_socket < 0) {
            perror("accept");
            continue;
        }
        fprintf(stderr, "connection from %s port %d\n", inet_ntoa(client_address.sin_addr),
                ntohs(client_address.sin_port));

        /* TODO 1: Collect bytes with recv until there is a newline: a line may come in pieces, and
                   may be longer than any buffer of fixed size. Send it back in upper case, newline
                   included; send may take fewer bytes than you offer, so loop until all are gone.
           TODO 2: Keep what came behind the newline: it is the beginning of the next line. Go on
                   until recv returns 0, which says that the client has closed its side; bytes that
                   are still without a newline then are a line too.
           TODO 3: recv or send returning -1 ends this connection, not the server. Sending to a
                   client that is gone raises SIGPIPE, which ends the process: ignore that signal.
           TODO 4: Do all of that in a thread (or a forked child) for this connection, so that the
                   loop is back at accept at once and a silent client keeps nobody waiting. */

        /* Close the connection to this client, but never the welcoming socket. */
        close(connection_socket);
    }
}
