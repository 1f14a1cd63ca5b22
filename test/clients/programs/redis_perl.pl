# Perl's Redis and Redis::Fast, which is the same on top of hiredis: Debian's libredis-perl and libredis-fast-perl.
use strict;
use warnings;
use JSON::PP;

my ($module, $port, $auth_port) = @ARGV;
eval "require $module" or die $@;
$| = 1;
my $every_byte = join '', map chr, 0 .. 255;
my $json = JSON::PP->new->allow_nonref->canonical;

sub value_of { "value of $_[0], load 1" }

sub check {
    my ($name, $run) = @_;
    my $missing = eval { $run->() };
    my $error = $@;
    $error =~ s/\s+/ /g;
    print $error ne '' ? "fail $name $error\n" : defined $missing ? "none $name $missing\n" : "ok $name\n";
}

sub equal {
    my ($got, $wanted) = map $json->encode($_), @_;
    die "$got is not $wanted" if $got ne $wanted;
    return undef;
}

sub raises {
    my ($pattern, $run) = @_;
    die "no error" if eval { $run->(); 1 };
    die $@ if $@ !~ $pattern;
    return undef;
}

sub connect_to {
    my ($port, @more) = @_;
    return $module->new(server => "127.0.0.1:$port", @more);
}

print "client ", $module =~ s/::/-/r, "-perl ", $module->VERSION, "\n";
my $redis = connect_to($port, reconnect => 2, every => 20_000, name => 'tester');
check(ping => sub { equal($redis->ping, 'PONG') });
check(get => sub { equal($redis->get('m:one'), value_of('one')) for 1, 2; undef });
check(absent => sub { equal($redis->get('m:absent'), undef) });
check(mget => sub { equal([$redis->mget('m:two', 'm:absent', 'm:one')], [value_of('two'), undef, value_of('one')]) });
check(pipeline => sub {
    my @values;
    $redis->get("m:p$_", sub { push @values, $_[0] }) for 0 .. 99;
    $redis->wait_all_responses;
    equal(\@values, [map value_of("p$_"), 0 .. 99]);
});
check(binary => sub { equal($redis->get("m:$every_byte"), scalar reverse $every_byte) });
check(unknown => sub {
    raises(qr/ERR unknown command 'NOSUCH', with args/i, sub { $redis->nosuch('a') });
    equal($redis->get('m:one'), value_of('one'));
});
check(set => sub {
    equal($redis->set('s', $every_byte, EX => 100), 'OK');
    equal($redis->get('s'), $every_byte);
});
check(name => sub { equal([$redis->client_list =~ / name=(\S*)/g], ['tester']) });
check(resp3 => sub { 'speaks RESP2 only' });
check(auth => sub {
    equal(connect_to($auth_port, password => 'secret')->ping, 'PONG');
    raises(qr/WRONGPASS |password/, sub { connect_to($auth_port, password => 'bad')->ping });
});
check(multi => sub {
    $redis->multi;
    $redis->get('m:one');
    $redis->get('m:absent');
    equal([$redis->exec], [value_of('one'), undef]);
});
check(restart => sub {
    print "restart\n";
    <STDIN>;
    equal($redis->get('m:one'), value_of('one'));
});
