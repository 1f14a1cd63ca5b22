/**
 * Goal: what a script returns becomes the reply that it becomes in Redis.
 * Method: each line is a script; redis-server is the judge.
 */
import test from "ava";
import { linesOf, sameAsRedis } from "./same-as-redis.ts";

const SCRIPTS = linesOf(String.raw`
return {err='foo'}
return {ok='foo'}
return {ok=1}
return {err=1}
return {double=3.1}
return 3.99
return -3.99
return 1e100
return 'x'
return true
return false
return nil
return {1,2,nil,3}
return 9007199254740993
return 15947634569000323
return 1 +
return '
return {1,{2,{3,'x'}},{err='e'},{ok='k'}}
return 5 // 2
return {['a']=1}
return 1,2
return 2^31
return 7 % -3
return -7 % 3
return 5.5 % 2
return {1,2,3,nil,5}
return {true,false,1}
return {{}}
return 0xFFFFFFFF
return 0/0
return 1+1
return 10/2
return '10'/2
return '10'+'5'
return 7/2
return 2^0.5 > 1.41
return 1e15+0.5
return 'x'..1
return 'x'..1.0
return 'x'..1.5
return 'x'..1e100
return 1 ..''
return 1 == 1.0
return '1' == 1
return 1 < 2
return 'a' < 'b'
return 'Z' < 'a'
return {map={a=1}}
return {map={a={map={b=2}}}}
return {set={a=true}}
return {set={[1]=true}}
return {double=1.5}
return {double=1/0}
return {double=-1/0}
return {double=0/0}
return {double=10}
return {big_number='123456789012345678901234567890'}
return {verbatim_string='x'}
return {ok='fine',err='both'}
return {err='My', ok='x'}
return {1,'a',true,false,nil,5}
return {1,{ok='x'},{err='E y'}}
return {[1]='a',[2]='b',[4]='d'}
return {0.1,1.9,-1.9,1e18}
return -2^63
return 2^63
return 2^62
return '1'
return ''
return {''}
return nil,1
return 1;
return 1 return 2
return 5 % 3 .. ',' .. -5 % 3 .. ',' .. 5 % -3 .. ',' .. 5.5 % 2
return 2 ^ 3 ^ 2
return -2 ^ 2
return 'a' == 'a' and 'yes' or 'no'
return nil == false
return 1 and nil
return false or 'x'
`);

test("what a script returns is replied as in Redis", (t) => sameAsRedis(t, SCRIPTS));
