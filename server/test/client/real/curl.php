<?php
// PHP's curl extension; with the argument "streams" its own streams, which have no multipart. See requests_client.py.
$streams = ($argv[1] ?? "") === "streams";
while (($line = fgets(STDIN)) !== false) {
    [$method, $url, $key, $encoding, $fields] = explode("\t", rtrim($line, "\n"));
    $pairs = [];
    foreach (array_filter(explode(",", $fields)) as $one) {
        [$name, $value] = array_map("base64_decode", explode(":", $one));
        $pairs[$name] = $value;
    }
    $headers = ["apiKey: $key"];
    if ($encoding === "query") {
        $body = null;
        if ($pairs) $url .= "?" . http_build_query($pairs);
    } elseif ($encoding === "json") {
        $body = json_encode($pairs);
        $headers[] = "Content-Type: application/json";
    } elseif ($encoding === "form") {
        $body = http_build_query($pairs);
        $headers[] = "Content-Type: application/x-www-form-urlencoded";
    } else {
        $body = $pairs;
    }
    if ($streams) {
        $options = ["method" => $method, "header" => $headers, "content" => $body ?? "", "ignore_errors" => true];
        $text = file_get_contents($url, false, stream_context_create(["http" => $options]));
        $status = explode(" ", $http_response_header[0])[1];
    } else {
        $call = curl_init($url);
        curl_setopt_array($call, [CURLOPT_CUSTOMREQUEST => $method, CURLOPT_RETURNTRANSFER => true, CURLOPT_HTTPHEADER => $headers]);
        if ($body !== null) curl_setopt($call, CURLOPT_POSTFIELDS, $body);
        $text = curl_exec($call);
        $status = curl_getinfo($call, CURLINFO_RESPONSE_CODE);
    }
    echo $status, "\t", base64_encode($text), "\n";
    flush();
}
