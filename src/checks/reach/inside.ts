import type { CheckContext } from '../contract.ts';
import { docker, type Container } from '../live/containers.ts';

const WAIT_S = 3;
const EXEC_MS = 12_000;

/** What somebody heard who asked from inside a container, or why nobody could ask there. */
export type Heard =
  | { readonly state: 'heard'; readonly bytes: Buffer; readonly by: string }
  | { readonly state: 'no-name' | 'no-connection'; readonly by: string; readonly why: string }
  | { readonly state: 'unknown'; readonly why: string };

export interface Question {
  readonly host: string;
  readonly port: number;
  readonly send: Uint8Array;
  readonly bytes: number;
}

/**
 * Connects from inside a running container, sends some bytes and hears the first of the answer: with the first program of the
 * image that can, else in its network namespace with our own Node, where this machine and its user allow that.
 */
export async function askFrom(context: CheckContext, container: Container, question: Question): Promise<Heard> {
  for (const { by, argv } of waysIn(question)) {
    const { text, error } = await docker(context, ['exec', container.id, ...argv], EXEC_MS);
    const said = /GAUNTLET (name|connect|heard)(?: ([0-9a-f]*))?/.exec(text);
    if (said?.[1] === 'heard') return { state: 'heard', bytes: Buffer.from(said[2] ?? '', 'hex'), by };
    if (said?.[1] === 'name') return { state: 'no-name', by, why: `${question.host} is not resolved` };
    if (said?.[1] === 'connect') return { state: 'no-connection', by, why: 'no connection' };
    // One that is slow tells nothing of the others; one wait is enough.
    if (error === 'timeout') break;
  }
  const [node = ''] = context.ports.self;
  const result = await context.ports.exec.run(
    { type: 'argv', argv: ['nsenter', '--target', String(container.pid), '--net', '--', node, '-e', nodeScript(question, true)] },
    { env: context.ports.env, timeoutMs: EXEC_MS, signal: context.signal },
  );
  const said = /GAUNTLET (name|connect|heard)(?: ([0-9a-f]*))?/.exec(result.stdout);
  const by = 'nsenter';
  if (said?.[1] === 'heard') return { state: 'heard', bytes: Buffer.from(said[2] ?? '', 'hex'), by };
  if (said?.[1] === 'name') return { state: 'no-name', by, why: `${question.host} is not resolved` };
  if (said?.[1] === 'connect') return { state: 'no-connection', by, why: 'no connection' };
  return { state: 'unknown', why: 'no program of its image could ask, and its network namespace is closed to this user' };
}

function waysIn(question: Question): { by: string; argv: string[] }[] {
  const { host, port, send, bytes } = question;
  const hex = Buffer.from(send).toString('hex');
  const python = [
    'import socket,sys',
    `try: a=socket.getaddrinfo("${host}",${port},0,socket.SOCK_STREAM)`,
    'except Exception: print("GAUNTLET name"); sys.exit()',
    `try: s=socket.create_connection(a[0][4][:2],${WAIT_S})`,
    'except Exception: print("GAUNTLET connect"); sys.exit()',
    `s.settimeout(${WAIT_S}); s.sendall(bytes.fromhex("${hex}")); d=b""`,
    'try:',
    ` while len(d)<${bytes}:`,
    `  c=s.recv(${bytes}-len(d))`,
    '  if not c: break',
    '  d+=c',
    'except Exception: pass',
    'print("GAUNTLET heard "+d.hex())',
  ].join('\n');
  const perl = [
    'use Socket;',
    `my $a=inet_aton("${host}") or do { print "GAUNTLET name"; exit };`,
    `$SIG{ALRM}=sub { print "GAUNTLET ".($c?"heard ":"connect"); exit }; alarm ${WAIT_S}; our $c;`,
    `socket(my $s,PF_INET,SOCK_STREAM,0); connect($s,sockaddr_in(${port},$a)) or do { print "GAUNTLET connect"; exit }; $c=1;`,
    `syswrite($s,pack("H*","${hex}")); my $d=""; while(length($d)<${bytes}){ my $n=sysread($s,my $b,${bytes}-length($d)); last if !$n; $d.=$b }`,
    'print "GAUNTLET heard ".unpack("H*",$d);',
  ].join(' ');
  const escaped = [...send].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('');
  const bash = `getent hosts '${host}' >/dev/null || { echo GAUNTLET name; exit; }
{ timeout ${WAIT_S} bash -c ':</dev/tcp/${host}/${port}'; } 2>/dev/null || { echo GAUNTLET connect; exit; }
exec 3<>/dev/tcp/${host}/${port}; printf '${escaped}' >&3; echo "GAUNTLET heard $(timeout ${WAIT_S} head -c ${bytes} <&3 | od -An -v -tx1 | tr -d ' \\n')"`;
  // The cheapest to start comes first: a container may have little CPU.
  return [
    { by: 'bash', argv: ['bash', '-c', bash] },
    { by: 'perl', argv: ['perl', '-e', perl] },
    { by: 'python3', argv: ['python3', '-c', python] },
    { by: 'node', argv: ['node', '-e', nodeScript(question, false)] },
  ];
}

/** In the network namespace alone the names are those of Docker's own resolver: https://docs.docker.com/engine/network/#dns-services */
function nodeScript({ host, port, send, bytes }: Question, embedded: boolean): string {
  const lookup = embedded
    ? `const r=new (require("dns").promises.Resolver)({timeout:2000,tries:1});r.setServers(["127.0.0.11"]);r.resolve4("${host}").then(a=>a[0])`
    : `require("dns").promises.lookup("${host}").then(a=>a.address)`;
  return `const out=t=>{process.stdout.write("GAUNTLET "+t+"\\n",()=>process.exit())};
${lookup}.then(a=>{let d=Buffer.alloc(0),c=false;const s=require("net").connect(${port},a,()=>{c=true;s.write(Buffer.from("${Buffer.from(send).toString('hex')}","hex"))});
const end=()=>out(c?"heard "+d.subarray(0,${bytes}).toString("hex"):"connect");
s.on("data",b=>{d=Buffer.concat([d,b]);if(d.length>=${bytes})end()});s.on("error",end);s.on("close",end);setTimeout(end,${WAIT_S * 1_000})},()=>out("name"))`;
}
