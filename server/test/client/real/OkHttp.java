import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Scanner;
import okhttp3.FormBody;
import okhttp3.HttpUrl;
import okhttp3.MultipartBody;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;

/** OkHttp. See requests_client.py. */
class OkHttp {
  public static void main(String[] arguments) throws Exception {
    var client = new OkHttpClient();
    var lines = new Scanner(System.in, StandardCharsets.UTF_8);
    while (lines.hasNextLine()) {
      String[] line = lines.nextLine().split("\t", -1);
      var address = HttpUrl.parse(line[1]).newBuilder();
      var form = new FormBody.Builder();
      var parts = new MultipartBody.Builder().setType(MultipartBody.FORM);
      boolean inQuery = line[3].equals("query");
      for (String one : line[4].split(","))
        if (!one.isEmpty()) {
          String name = plain(one.split(":", -1)[0]), value = plain(one.split(":", -1)[1]);
          if (inQuery) address.addQueryParameter(name, value);
          form.add(name, value);
          parts.addFormDataPart(name, value);
        }
      RequestBody body = inQuery ? null : line[3].equals("form") ? form.build() : parts.build();
      var request = new Request.Builder().url(address.build()).header("apiKey", line[2]).method(line[0], body);
      try (var answer = client.newCall(request.build()).execute()) {
        System.out.println(answer.code() + "\t" + Base64.getEncoder().encodeToString(answer.body().bytes()));
      }
    }
    client.dispatcher().executorService().shutdown();
    System.exit(0);
  }

  private static String plain(String base64) {
    return new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8);
  }
}
