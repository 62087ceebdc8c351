import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Scanner;
import org.apache.http.NameValuePair;
import org.apache.http.client.entity.UrlEncodedFormEntity;
import org.apache.http.client.methods.HttpEntityEnclosingRequestBase;
import org.apache.http.client.utils.URIBuilder;
import org.apache.http.entity.ContentType;
import org.apache.http.entity.mime.MultipartEntityBuilder;
import org.apache.http.impl.client.HttpClients;
import org.apache.http.message.BasicNameValuePair;
import org.apache.http.util.EntityUtils;

/**
 * Apache HttpClient: parts in ISO-8859-1 as it labels them by itself, and forms in ISO-8859-1 with their label; or with the
 * argument "utf-8" both in UTF-8. See requests_client.py.
 */
class ApacheHttp {
  static class AnyMethod extends HttpEntityEnclosingRequestBase {
    private final String method;

    AnyMethod(String method) {
      this.method = method;
    }

    @Override
    public String getMethod() {
      return method;
    }
  }

  public static void main(String[] arguments) throws Exception {
    Charset charset = arguments.length > 0 ? StandardCharsets.UTF_8 : null;
    var client = HttpClients.createDefault();
    var lines = new Scanner(System.in, StandardCharsets.UTF_8);
    while (lines.hasNextLine()) {
      String[] line = lines.nextLine().split("\t", -1);
      List<NameValuePair> pairs = new ArrayList<>();
      for (String one : line[4].split(","))
        if (!one.isEmpty()) pairs.add(new BasicNameValuePair(plain(one.split(":", -1)[0]), plain(one.split(":", -1)[1])));
      var address = new URIBuilder(line[1]);
      var request = new AnyMethod(line[0]);
      if (line[3].equals("query")) address.addParameters(pairs);
      else if (line[3].equals("form"))
        request.setEntity(new UrlEncodedFormEntity(pairs, charset == null ? StandardCharsets.ISO_8859_1 : charset));
      else {
        var parts = MultipartEntityBuilder.create();
        for (var pair : pairs)
          if (charset == null) parts.addTextBody(pair.getName(), pair.getValue());
          else parts.addTextBody(pair.getName(), pair.getValue(), ContentType.TEXT_PLAIN.withCharset(charset));
        request.setEntity(parts.build());
      }
      request.setURI(address.build());
      request.setHeader("apiKey", line[2]);
      try (var answer = client.execute(request)) {
        byte[] body = answer.getEntity() == null ? new byte[0] : EntityUtils.toByteArray(answer.getEntity());
        System.out.println(answer.getStatusLine().getStatusCode() + "\t" + Base64.getEncoder().encodeToString(body));
      }
    }
  }

  private static String plain(String base64) {
    return new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8);
  }
}
