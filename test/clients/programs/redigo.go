// Go's redigo: Debian's golang-github-gomodule-redigo-dev.
package main

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"reflect"
	"regexp"
	"strings"

	"github.com/gomodule/redigo/redis"
)

func valueOf(name string) string { return "value of " + name + ", load 1" }

func check(name string, run func() error) {
	if err := run(); err != nil {
		fmt.Println("fail", name, strings.ReplaceAll(err.Error(), "\n", " "))
		return
	}
	fmt.Println("ok", name)
}

func equal(got interface{}, err error, wanted interface{}) error {
	if err == nil && !reflect.DeepEqual(got, wanted) {
		err = fmt.Errorf("%q is not %q", got, wanted)
	}
	return err
}

func raises(err error, prefix string) error {
	if err == nil || !strings.HasPrefix(err.Error(), prefix) {
		return fmt.Errorf("%v is not %s", err, prefix)
	}
	return nil
}

func first(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func get(conn redis.Conn, key string, wanted string) error {
	value, err := redis.String(conn.Do("GET", key))
	return equal(value, err, wanted)
}

// redigo does not say its version: the package does.
func version() string {
	text, _ := exec.Command("dpkg-query", "-W", "-f=${Version}", "golang-github-gomodule-redigo-dev").Output()
	return regexp.MustCompile(`[0-9]+\.[0-9.]+`).FindString(string(text))
}

func main() {
	address, locked := "127.0.0.1:"+os.Args[1], "127.0.0.1:"+os.Args[2]
	everyByte, backwards := make([]byte, 256), make([]byte, 256)
	for i := range everyByte {
		everyByte[i], backwards[255-i] = byte(i), byte(i)
	}
	fmt.Println("client redigo", version())
	pool := &redis.Pool{
		Dial: func() (redis.Conn, error) { return redis.Dial("tcp", address, redis.DialClientName("tester")) },
	}
	redigo := pool.Get()
	check("ping", func() error {
		reply, err := redis.String(redigo.Do("PING"))
		return equal(reply, err, "PONG")
	})
	check("get", func() error {
		return first(get(redigo, "m:one", valueOf("one")), get(redigo, "m:one", valueOf("one")))
	})
	check("absent", func() error {
		if _, err := redis.String(redigo.Do("GET", "m:absent")); !errors.Is(err, redis.ErrNil) {
			return fmt.Errorf("not nil: %v", err)
		}
		return nil
	})
	check("mget", func() error {
		values, err := redis.Values(redigo.Do("MGET", "m:two", "m:absent", "m:one"))
		return equal(values, err, []interface{}{[]byte(valueOf("two")), nil, []byte(valueOf("one"))})
	})
	check("pipeline", func() error {
		for i := 0; i < 100; i++ {
			redigo.Send("GET", fmt.Sprint("m:p", i))
		}
		redigo.Flush()
		for i := 0; i < 100; i++ {
			value, err := redis.String(redigo.Receive())
			if err := equal(value, err, valueOf(fmt.Sprint("p", i))); err != nil {
				return err
			}
		}
		return nil
	})
	check("binary", func() error { return get(redigo, "m:"+string(everyByte), string(backwards)) })
	check("unknown", func() error {
		_, err := redigo.Do("NOSUCH", "a")
		return first(raises(err, "ERR unknown command 'NOSUCH', with args"), get(redigo, "m:one", valueOf("one")))
	})
	check("set", func() error {
		reply, err := redis.String(redigo.Do("SET", "s", everyByte, "EX", 100))
		return first(equal(reply, err, "OK"), get(redigo, "s", string(everyByte)))
	})
	check("name", func() error {
		list, err := redis.String(redigo.Do("CLIENT", "LIST"))
		return equal(strings.Contains(list, " name=tester "), err, true)
	})
	fmt.Println("none resp3 speaks RESP2 only")
	check("auth", func() error {
		conn, err := redis.Dial("tcp", locked, redis.DialPassword("secret"))
		if err != nil {
			return err
		}
		reply, err := redis.String(conn.Do("PING"))
		_, refused := redis.Dial("tcp", locked, redis.DialPassword("bad"))
		return first(equal(reply, err, "PONG"), raises(refused, "WRONGPASS "))
	})
	check("multi", func() error {
		redigo.Send("MULTI")
		redigo.Send("GET", "m:one")
		redigo.Send("GET", "m:absent")
		values, err := redis.Values(redigo.Do("EXEC"))
		return equal(values, err, []interface{}{[]byte(valueOf("one")), nil})
	})
	check("restart", func() error {
		fmt.Println("restart")
		bufio.NewReader(os.Stdin).ReadString('\n')
		// The pool replaces a broken connection.
		redigo.Do("PING")
		redigo.Close()
		redigo = pool.Get()
		return get(redigo, "m:one", valueOf("one"))
	})
}
