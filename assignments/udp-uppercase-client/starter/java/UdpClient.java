import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;

/**
 * UDP upper-case client. Start it with: java UdpClient HOST PORT
 *
 * As given, it reads the line and opens its socket, but sends nothing. The TODOs say what is missing.
 */
public class UdpClient {
    public static void main(String[] args) throws IOException {
        if (args.length < 2) {
            System.err.println("usage: java UdpClient HOST PORT");
            System.exit(1);
        }
        InetAddress host = InetAddress.getByName(args[0]);
        int port = Integer.parseInt(args[1]);
        int timeoutMs = knob("TIMEOUT_MS", 1000); // how long one try waits
        int retries = knob("RETRIES", 3); // further tries after the first

        // One line from the keyboard; readLine() takes the newline off, and gives null at end of input.
        BufferedReader inFromUser =
            new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        String line = inFromUser.readLine();
        if (line == null) {
            System.err.println("no line to send");
            System.exit(1);
        }
        byte[] sendData = line.getBytes(StandardCharsets.UTF_8);

        // A UDP socket. It is not bound to a fixed port: the operating system picks one.
        DatagramSocket clientSocket = new DatagramSocket();

        // TODO 1: Put sendData in a DatagramPacket for host and port, and send it.
        // TODO 2: Receive the reply into a packet with room for 2048 bytes or more. Make a String
        //         of its first getLength() bytes only, print it, and exit with status 0.
        // TODO 3: A datagram may get lost. Wait at most timeoutMs for the reply (setSoTimeout, then
        //         catch SocketTimeoutException) and send again, up to `retries` times more.
        // TODO 4: The packet you receive knows its sender (getAddress(), getPort()). Is it the
        //         server? If not, wait on.

        clientSocket.close();
        System.err.println(sendData.length + " bytes for " + host.getHostAddress() + " port " + port
            + ": nothing sent yet (" + timeoutMs + " ms a try, " + retries + " retries)");
        System.exit(1); // no reply
    }

    /** A number from the environment, or its default. */
    private static int knob(String name, int otherwise) {
        String value = System.getenv(name);
        return value == null || value.isEmpty() ? otherwise : Integer.parseInt(value);
    }
}
