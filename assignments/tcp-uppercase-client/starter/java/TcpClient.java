import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/**
 * TCP upper-case client. Start it with: java TcpClient HOST PORT
 *
 * As given, it reads the line and connects, but sends nothing. The TODOs say what is missing.
 */
public class TcpClient {
    public static void main(String[] args) throws IOException {
        if (args.length < 2) {
            System.err.println("usage: java TcpClient HOST PORT");
            System.exit(1);
        }
        String host = args[0];
        int port = Integer.parseInt(args[1]);

        // One line from the keyboard; readLine() takes the newline off, and gives null at end of input.
        BufferedReader inFromUser =
            new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        String line = inFromUser.readLine();
        if (line == null) {
            System.err.println("no line to send");
            System.exit(1);
        }

        // A TCP socket, connected to the server. From here on no address is needed any more.
        // If nobody listens there, an exception leaves main, and Java exits with status 1.
        Socket connectSocket = new Socket(host, port);

        // TODO 1: Write the line and '\n' to the output stream of connectSocket, as UTF-8 bytes.
        //         If your stream or writer keeps bytes back, flush() it.
        // TODO 2: Read one line from its input stream: with a BufferedReader, readLine() waits for
        //         the newline or for the end of the stream, however many pieces the line comes in.
        // TODO 3: Print the line, close connectSocket, and exit with status 0.
        // TODO 4: readLine() gives null if the server closed without sending anything. That is no
        //         reply: say so on stderr, and exit with a status other than 0.

        connectSocket.close();
        System.err.println(line.length() + " characters for " + host + " port " + port + ": nothing sent yet");
        System.exit(1); // no reply
    }
}
