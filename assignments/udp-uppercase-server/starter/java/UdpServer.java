import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;

/**
 * UDP upper-case server. Start it with: java UdpServer PORT
 *
 * As given, it listens and receives, but answers nothing. The TODOs say what is missing.
 */
public class UdpServer {
    public static void main(String[] args) throws IOException {
        if (args.length < 1) {
            System.err.println("usage: java UdpServer PORT");
            System.exit(1);
        }
        int port = Integer.parseInt(args[0]);

        // The server's door: a UDP socket, bound to the port that the clients know.
        DatagramSocket serverSocket = new DatagramSocket(port);
        System.err.println("listening on UDP port " + port);

        byte[] receiveData = new byte[2048];
        while (true) {
            // One call receives one datagram. The packet is new each time round, because
            // receive() also changes how many bytes the packet says it has room for.
            DatagramPacket receivePacket = new DatagramPacket(receiveData, receiveData.length);
            serverSocket.receive(receivePacket);
            System.err.println(receivePacket.getLength() + " bytes from " + receivePacket.getSocketAddress());

            // TODO 1: Make the reply: the same bytes, with a-z turned into A-Z.
            //         Only the first getLength() bytes of receiveData belong to this datagram;
            //         what stands behind them is left over from earlier ones.
            // TODO 2: Put the reply in a new DatagramPacket for the sender (getAddress() and
            //         getPort() of receivePacket) and send it through this same socket.
            // Then the loop goes back and waits for the next datagram, from whomever it comes.
            //
            // Afterwards: is a datagram of 0 bytes answered or passed over, and does the server
            // go on after bytes that are no text? Bonus: a datagram may hold up to 65,507 bytes.
        }
    }
}
