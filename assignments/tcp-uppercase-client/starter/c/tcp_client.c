/*
 * TCP upper-case client. Build and start it with:
 *     cc -O1 -Wall -Wextra -o tcp-client tcp_client.c
 *     ./tcp-client HOST PORT
 *
 * As given, it reads the line and connects, but sends nothing. The TODOs say what is missing.
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
    if (argc < 3) {
        fprintf(stderr, "usage: %s HOST PORT\n", argv[0]);
        return 1;
    }

    /* Where the server is: address and port, in the form that connect wants. */
    struct sockaddr_in server_address;
    memset(&server_address, 0, sizeof server_address);
    server_address.sin_family = AF_INET;
    server_address.sin_port = htons((unsigned short)atoi(argv[2]));
    if (inet_pton(AF_INET, argv[1], &server_address.sin_addr) != 1) {
        fprintf(stderr, "%s is no IPv4 address\n", argv[1]);
        return 1;
    }

    /* One line from the keyboard, without its newline. getline makes as much room as it needs. */
    char *line = NULL;
    size_t room = 0;
    ssize_t length = getline(&line, &room, stdin);
    if (length < 0) {
        fprintf(stderr, "no line to send\n");
        return 1;
    }
    while (length > 0 && (line[length - 1] == '\n' || line[length - 1] == '\r'))
        length--;

    /* A TCP socket, connected to the server. From here on no address is needed any more. */
    int client_socket = socket(AF_INET, SOCK_STREAM, 0);
    if (client_socket < 0) {
        perror("socket");
        return 1;
    }
    if (connect(client_socket, (struct sockaddr *)&server_address, sizeof server_address) < 0) {
        perror("connect");
        return 1;
    }

    /* TODO 1: Send `length` bytes of line and a newline. send may take fewer bytes than you offer,
               so loop until all are gone.
       TODO 2: Collect bytes with recv until there is a newline, or until recv returns 0, which says
               that the server has closed. One recv is not one line, and the line may be longer than
               your buffer.
       TODO 3: Print the line (recv puts no NUL at its end) and a newline, close, exit with 0.
       TODO 4: Did the server close without sending anything? Then say so on stderr and return 1. */

    close(client_socket);
    free(line);
    fprintf(stderr, "%zd bytes for %s port %s: nothing sent yet\n", length, argv[1], argv[2]);
    return 1; /* no reply */
}
