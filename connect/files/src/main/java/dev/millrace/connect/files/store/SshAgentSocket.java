package dev.millrace.connect.files.store;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.List;
import org.apache.sshd.agent.SshAgent;
import org.apache.sshd.agent.SshAgentFactory;
import org.apache.sshd.agent.SshAgentServer;
import org.apache.sshd.agent.common.AbstractAgentProxy;
import org.apache.sshd.common.FactoryManager;
import org.apache.sshd.common.channel.ChannelFactory;
import org.apache.sshd.common.session.ConnectionService;
import org.apache.sshd.common.session.Session;
import org.apache.sshd.common.util.buffer.Buffer;
import org.apache.sshd.common.util.buffer.ByteArrayBuffer;

/**
 * The ssh agent that listens at SSH_AUTH_SOCK, over Java's own sockets: the library's way needs a
 * native one.
 */
final class SshAgentSocket extends AbstractAgentProxy {
  private static final int MAX_ANSWER = 1 << 20;

  private final SocketChannel channel;

  private SshAgentSocket(SocketChannel channel) {
    super(null);
    this.channel = channel;
  }

  /**
   * Connects when a login needs it.
   *
   * @param socket what SSH_AUTH_SOCK says
   */
  static SshAgentFactory factory(Path socket) {
    return new SshAgentFactory() {
      @Override
      public List<ChannelFactory> getChannelForwardingFactories(FactoryManager manager) {
        return List.of();
      }

      @Override
      public SshAgent createClient(Session session, FactoryManager manager) throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        try {
          channel.connect(UnixDomainSocketAddress.of(socket));
        } catch (IOException e) {
          channel.close();
          throw e;
        }
        return new SshAgentSocket(channel);
      }

      @Override
      public SshAgentServer createServer(ConnectionService service) {
        throw new UnsupportedOperationException("no agent is forwarded");
      }
    };
  }

  @Override
  protected synchronized Buffer request(Buffer request) throws IOException {
    ByteBuffer asked = ByteBuffer.wrap(request.array(), request.rpos(), request.available());
    while (asked.hasRemaining()) {
      channel.write(asked);
    }
    int length = read(Integer.BYTES).getInt();
    if (length < 1 || length > MAX_ANSWER) {
      throw new IOException("the ssh agent answers " + length + " bytes");
    }
    return new ByteArrayBuffer(read(length).array());
  }

  private ByteBuffer read(int length) throws IOException {
    ByteBuffer answer = ByteBuffer.allocate(length);
    while (answer.hasRemaining()) {
      if (channel.read(answer) < 0) {
        throw new IOException("the ssh agent has hung up");
      }
    }
    return answer.flip();
  }

  @Override
  public boolean isOpen() {
    return channel.isOpen();
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
