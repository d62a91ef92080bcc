/*
 * UDP upper-case client. Build and start it with:
 *     cc -O1 -Wall -Wextra -o udp-client udp_client.c
 *     ./udp-client HOST PORT
 *
 * As given, it reads the line and opens its socket, but sends nothing. The TODOs say what is missing.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* A number from the environment, or its default. */
static int knob(const char *name, int otherwise)
{
    const char *value = getenv(name);
    return value && *value ? atoi(value) : otherwise;
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        fprintf(stderr, "usage: %s HOST PORT\n", argv[0]);
        return 1;
    }
    int timeout_ms = knob("TIMEOUT_MS", 1000); /* how long one try waits */
    int retries = knob("RETRIES", 3);          /* further tries after the first */

    /* Where the server is: address and port, in the form that sendto wants. */
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

    /* A UDP socket. It is not bound to a fixed port: the operating system picks one. */
    int client_socket = socket(AF_INET, SOCK_DGRAM, 0);
    if (client_socket < 0) {
        perror("socket");
        return 1;
    }

    /* TODO 1: Send `length` bytes of line to server_address with one sendto.
       TODO 2: Receive the reply with recvfrom into a buffer of 2048 bytes or more. Print as many
               bytes as recvfrom returned (fwrite; there is no NUL at their end) and a newline,
               and exit with status 0.
       TODO 3: A datagram may get lost. Wait at most timeout_ms for the reply (setsockopt with
               SO_RCVTIMEO, then recvfrom returns -1) and send again, up to `retries` times more.
       TODO 4: recvfrom gives you the sender's address. Is it server_address, port included? If
               not, wait on. */

    close(client_socket);
    free(line);
    fprintf(stderr, "%zd bytes for %s port %s: nothing sent yet (%d ms a try, %d retries)\n",
            length, argv[1], argv[2], timeout_ms, retries);
    return 1; /* no reply */
}
