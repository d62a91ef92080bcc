/*
 * UDP upper-case server. Build and start it with:
 *     cc -O1 -Wall -Wextra -o udp-server udp_server.c
 *     ./udp-server PORT
 *
 * As given, it listens and receives, but answers nothing. The TODOs say what is missing.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

int main(int argc, char **argv)
{
    if (argc < 2) {
        fprintf(stderr, "usage: %s PORT\n", argv[0]);
        return 1;
    }
    int port = atoi(argv[1]);

    /* The server's door: a UDP socket, bound to the port that the clients know. */
    int server_socket = socket(AF_INET, SOCK_DGRAM, 0);
    if (server_socket < 0) {
        perror("socket");
        return 1;
    }
    struct sockaddr_in server_address;
    memset(&server_address, 0, sizeof server_address);
    server_address.sin_family = AF_INET;
    server_address.sin_addr.s_addr = htonl(INADDR_ANY);
    server_address.sin_port = htons((unsigned short)port);
    if (bind(server_socket, (struct sockaddr *)&server_address, sizeof server_address) < 0) {
        perror("bind");
        return 1;
    }
    fprintf(stderr, "listening on UDP port %d\n", port);

    char message[2048];
    for (;;) {
        /* One call receives one datagram, and fills in from which address and port it came.
           client_length goes in as the room for the address, so it is set each time round. */
        struct sockaddr_in client_address;
        socklen_t client_length = sizeof client_address;
        ssize_t length = recvfrom(server_socket, message, sizeof message, 0,
                                  (struct sockaddr *)&client_address, &client_length);
        if (length < 0) {
            perror("recvfrom");
            continue;
        }
        fprintf(stderr, "%zd bytes from %s port %d\n", length,
                inet_ntoa(client_address.sin_addr), ntohs(client_address.sin_port));

        /* TODO 1: Turn a-z into A-Z in the first `length` bytes of message. They are bytes, not
                   a C string: no NUL ends them, and one may stand among them. What lies behind
                   them is left over from earlier datagrams.
           TODO 2: Send exactly `length` bytes with sendto, through this same socket, to
                   client_address.
           Then the loop goes back and waits for the next datagram, from whomever it comes.

           Afterwards: is a datagram of 0 bytes answered or passed over (length 0 is no error)?
           Bonus: a datagram may hold up to 65,507 bytes. */
    }
}
