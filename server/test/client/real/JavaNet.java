import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Scanner;
import java.util.StringJoiner;

/** Java's own HttpClient. The form has the label that Apache's constant for forms has, and escapes in UTF-8. See requests_client.py. */
class JavaNet {
  public static void main(String[] arguments) throws Exception {
    var client = HttpClient.newHttpClient();
    var lines = new Scanner(System.in, StandardCharsets.UTF_8);
    while (lines.hasNextLine()) {
      String[] line = lines.nextLine().split("\t", -1);
      var form = new StringJoiner("&");
      for (String one : line[4].split(","))
        if (!one.isEmpty()) form.add(escaped(one.split(":", -1)[0]) + "=" + escaped(one.split(":", -1)[1]));
      boolean inQuery = line[3].equals("query");
      var request =
          HttpRequest.newBuilder(URI.create(line[1] + (inQuery && form.length() > 0 ? "?" + form : "")))
              .header("apiKey", line[2]);
      if (inQuery) request.method(line[0], HttpRequest.BodyPublishers.noBody());
      else
        request
            .header("Content-Type", "application/x-www-form-urlencoded; charset=ISO-8859-1")
            .method(line[0], HttpRequest.BodyPublishers.ofString(form.toString(), StandardCharsets.ISO_8859_1));
      var answer = client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
      System.out.println(answer.statusCode() + "\t" + Base64.getEncoder().encodeToString(answer.body()));
    }
  }

  private static String escaped(String base64) {
    return URLEncoder.encode(new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8), StandardCharsets.UTF_8);
  }
}
