# Perl: LWP, or with the argument "tiny" HTTP::Tiny, which has no multipart. See requests_client.py.
use strict;
use warnings;
use MIME::Base64;
use JSON::PP;

my $is_tiny = ($ARGV[0] // '') eq 'tiny';
if ($is_tiny) { require HTTP::Tiny } else { require LWP::UserAgent; require HTTP::Request::Common; require URI }
$| = 1;
while (my $line = <STDIN>) {
    chomp $line;
    my ($method, $url, $key, $encoding, $fields) = split /\t/, $line, -1;
    my @pairs = map { map { decode_base64($_) } split /:/, $_, -1 } split /,/, $fields;
    my ($status, $text);
    if ($is_tiny) {
        my $http = HTTP::Tiny->new;
        utf8::decode($_) for @pairs;
        my %more = (headers => { apiKey => $key });
        if ($encoding eq 'query') { $url .= '?' . $http->www_form_urlencode(\@pairs) if @pairs }
        elsif ($encoding eq 'json') {
            $more{content} = encode_json({@pairs});
            $more{headers}{'Content-Type'} = 'application/json';
        }
        else {
            $more{content} = $http->www_form_urlencode(\@pairs);
            $more{headers}{'Content-Type'} = 'application/x-www-form-urlencoded';
        }
        my $answer = $http->request($method, $url, \%more);
        ($status, $text) = ($answer->{status}, $answer->{content});
    }
    else {
        my $request;
        if ($encoding eq 'query') {
            my $address = URI->new($url);
            $address->query_form(@pairs) if @pairs;
            $request = HTTP::Request->new($method, $address);
        }
        elsif ($encoding eq 'json') {
            utf8::decode($_) for @pairs;
            $request = HTTP::Request->new($method, $url, ['Content-Type' => 'application/json'], encode_json({@pairs}));
        }
        else {
            my @type = $encoding eq 'multipart' ? (Content_Type => 'form-data') : ();
            $request = HTTP::Request::Common::POST($url, @type, Content => \@pairs);
            $request->method($method);
        }
        $request->header(apiKey => $key);
        my $answer = LWP::UserAgent->new->request($request);
        ($status, $text) = ($answer->code, $answer->content);
    }
    print "$status\t", encode_base64($text, ''), "\n";
}
