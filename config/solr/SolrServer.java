import java.nio.file.Path;
import org.apache.solr.embedded.JettyConfig;
import org.apache.solr.embedded.JettySolrRunner;

/** Serves one Solr home on 127.0.0.1 until it is told to end: SolrServer HOME PORT. */
public final class SolrServer {
  public static void main(String[] arguments) throws Exception {
    Path home = Path.of(arguments[0]).toAbsolutePath();
    int port = Integer.parseInt(arguments[1]);
    JettyConfig config = JettyConfig.builder().setContext("/solr").setPort(port).build();
    JettySolrRunner server = new JettySolrRunner(home.toString(), config);
    Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(server)));
    server.start();
    Thread.currentThread().join();
  }

  private static void stop(JettySolrRunner server) {
    try {
      server.stop();
    } catch (Exception failure) {
      System.err.println("Solr did not stop cleanly: " + failure);
    }
  }
}
