/* A sink that takes mail as fast as a core can: one thread a connection, PIPELINING, counts what it accepts.
 * `fast_sink` listens on a free port of the loopback interface, prints the port, and prints the count at SIGTERM.
 * Postfix's smtp-sink takes a whole core by itself and would make every sender look alike. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ROOM = 1 << 20 };
static atomic_long accepted;

static void finish(int number) {
    (void)number;
    char line[32];
    int length = snprintf(line, sizeof line, "%ld\n", atomic_load(&accepted));
    if (write(1, line, (size_t)length) < 0) _exit(1);
    _exit(0);
}

static int is(const char *line, const char *verb) { return strncasecmp(line, verb, strlen(verb)) == 0; }

static const char *reply_to(const char *line, int *in_data) {
    if (is(line, "EHLO")) return "250-sink\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 SIZE 0\r\n";
    if (is(line, "DATA")) return *in_data = 1, "354 go on\r\n";
    if (is(line, "QUIT")) return "221 bye\r\n";
    return "250 ok\r\n";
}

/* Work through what has arrived; gives how many bytes are done with, and appends the replies. */
static size_t work(char *from, size_t length, int *in_data, char *out, size_t *said) {
    size_t done = 0;
    while (done < length) {
        char *start = from + done;
        char *end = memmem(start, length - done, *in_data ? "\r\n.\r\n" : "\r\n", *in_data ? 5 : 2);
        const char *reply;
        if (end == NULL) break;
        if (*in_data) {
            *in_data = 0;
            atomic_fetch_add(&accepted, 1);
            reply = "250 queued\r\n";
            done = (size_t)(end - from) + 5;
        } else {
            reply = reply_to(start, in_data);
            done = (size_t)(end - from) + 2;
        }
        memcpy(out + *said, reply, strlen(reply));
        *said += strlen(reply);
    }
    return done;
}

static void *serve(void *argument) {
    int client = (int)(long)argument, in_data = 0;
    char *buffer = malloc(ROOM), out[65536];
    size_t held = 0;
    if (buffer == NULL || write(client, "220 sink\r\n", 10) < 0) return NULL;
    for (;;) {
        ssize_t got = read(client, buffer + held, ROOM - held);
        if (got <= 0) break;
        held += (size_t)got;
        size_t said = 0, done = work(buffer, held, &in_data, out, &said);
        /* In the middle of a mail only its last bytes matter: the end mark may lie across two reads. */
        if (in_data && held - done > 8) done = held - 4;
        memmove(buffer, buffer + done, held - done);
        held -= done;
        if (said && write(client, out, said) < 0) break;
    }
    free(buffer);
    close(client);
    return NULL;
}

int main(void) {
    int listener = socket(AF_INET, SOCK_STREAM, 0), one = 1;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    signal(SIGPIPE, SIG_IGN);
    signal(SIGTERM, finish);
    if (bind(listener, (struct sockaddr *)&address, length) || listen(listener, 512)) return 1;
    getsockname(listener, (struct sockaddr *)&address, &length);
    printf("%d\n", ntohs(address.sin_port));
    fflush(stdout);
    for (;;) {
        int client = accept(listener, NULL, NULL);
        pthread_t thread;
        setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        if (client >= 0 && !pthread_create(&thread, NULL, serve, (void *)(long)client)) pthread_detach(thread);
    }
}
