import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;

/**
 * TCP upper-case server. Start it with: java TcpServer PORT
 *
 * As given, it accepts every client and hangs up at once. The TODOs say what is missing.
 */
public class TcpServer {
    public static void main(String[] args) throws IOException {
        if (args.length < 1) {
            System.err.println("usage: java TcpServer PORT");
            System.exit(1);
        }
        int port = Integer.parseInt(args[0]);

        // The welcoming socket, also called the doorbell: clients knock here and nowhere else.
        ServerSocket doorbellSocket = new ServerSocket(port);
        System.err.println("listening on TCP port " + port);

        while (true) {
            // accept() waits for a knock and returns a new socket, for this one client.
            Socket connectSocket = doorbellSocket.accept();
            System.err.println("connection from " + connectSocket.getRemoteSocketAddress());

            // TODO 1: Read a line from the input stream of connectSocket: it may come in pieces, the
            //         newline ends it. Write it to the output stream in upper case, with a newline.
            //         If your stream or writer keeps bytes back, flush() it after each line.
            // TODO 2: Go on until the client closes its side (readLine() gives null, read() gives
            //         -1); bytes that are still without a newline then are a line too.
            // TODO 3: An IOException of one connection must not end the server: catch it here.
            // TODO 4: Do all of that in a thread for this connection, so that the loop is back at
            //         accept() at once and a silent client keeps nobody waiting.

            // Close the connection to this client, but never the doorbell.
            connectSocket.close();
        }
    }
}
