import { execFileSync } from 'node:child_process';

import { expect, it } from 'vitest';

import { describeWithDocker } from '../support/docker.ts';
import { inlineProject, type Project } from '../support/project.ts';

// Notes in a named volume, served by the Perl of the base image. The second version adds a header that the first one takes for a note.
const server = (version: number): string => `use strict; use IO::Socket::INET; $| = 1;
my $file = '/data/notes';
${version === 1 ? '' : `open my $in, '<', $file; my @old = $in ? <$in> : (); unless (grep { /^# 2/ } @old) { open my $out, '>', $file; print $out "# 2\\n", @old; close $out; }`}
my $socket = IO::Socket::INET->new(LocalPort => 8080, Listen => 50, ReuseAddr => 1) or die $!;
$SIG{TERM} = sub { exit 0 };
while (my $client = $socket->accept) {
  my $line = <$client> // ''; while (my $header = <$client>) { last if $header =~ /^\\r?\\n$/ }
  my ($method, $note) = $line =~ m{^(\\w+) /notes/(\\S+)};
  my @notes; if (open my $in, '<', $file) { @notes = map { s/\\s+$//r } <$in> }
  if ($note && $method eq 'POST') { open my $out, '>>', $file; print $out "$note\\n"; close $out; push @notes, $note }
  my $found = !$note || grep { $_ eq $note } @notes;
  my $body = $note ? ($found ? $note : 'none') : '{"version":${String(version)}}';
  print $client 'HTTP/1.1 ', ($found ? '200 OK' : '404 Not Found'), "\\r\\nContent-Length: ", length $body, "\\r\\nConnection: close\\r\\n\\r\\n$body";
  close $client;
}
`;
const FILES = {
  'compose.yaml': `services:
  api:
    image: debian:bookworm-slim
    init: true
    command: [perl, /server.pl]
    volumes: ['./server.pl:/server.pl:ro', 'notes:/data']
    ports: ['127.0.0.1::8080']
    healthcheck: {test: ["CMD", "perl", "-MIO::Socket::INET", "-e", "exit !IO::Socket::INET->new('127.0.0.1:8080')"], interval: 1s, retries: 20}
volumes: {notes: {}}
`,
  'server.pl': server(1),
  'gauntlet.yml': `version: 1
stack: {compose: compose.yaml, ready: 90s}
targets: {api: {service: api, port: 8080, health: /}}
stages: [{e2e: {journeys: [hello]}}]
release: {rollback: {journeys: [hello], keeps: {write: note, read: note-again}}}
journeys:
  hello: {steps: [{get: "{{api}}/", expect: {status: 200}}]}
  note: {steps: [{post: "{{api}}/notes/{{nonce}}", expect: {status: 200}}]}
  note-again: {steps: [{get: "{{api}}/notes/{{nonce}}", expect: {status: 200}}]}
`,
};

async function twoVersions(): Promise<Project> {
  const project = await inlineProject(FILES);
  const git = (...args: readonly string[]): void =>
    void execFileSync('git', ['-C', project.path, '-c', 'user.name=t', '-c', 'user.email=t@example.invalid', ...args], { stdio: 'ignore' });
  git('tag', 'v1');
  await project.write({ 'server.pl': server(2) });
  git('commit', '-qam', 'second');
  return project;
}

/** Containers and volumes of a run, whatever they are called. */
function leftOf(run: string): string[] {
  const names = (...args: readonly string[]): string[] =>
    execFileSync('docker', args, { encoding: 'utf8' })
      .split('\n')
      .filter((name) => name.includes(run));
  return [
    ...names('ps', '-a', '--format', '{{.Names}}'),
    ...names('volume', 'ls', '--format', '{{.Name}}'),
    ...names('network', 'ls', '--format', '{{.Name}}'),
  ];
}

const runOf = async (project: Project): Promise<string> => (await project.read('.gauntlet/latest')).trim();

describeWithDocker('the way back on real containers', () => {
  it('is tried on the volumes of this version, and leaves nothing', async () => {
    await using project = await twoVersions();
    const ended = await project.gauntlet(['run', '--only', 'REL-01', '--budget', 'release']);
    expect({ exitCode: ended.exitCode, said: ended.stdout + ended.stderr }).toMatchObject({ exitCode: 0 });
    const run = await runOf(project);
    const evidence = JSON.parse(await project.read(`.gauntlet/runs/${run}/evidence/e2e/rollback-previous.json`)) as Record<string, unknown>;
    expect(evidence).toMatchObject({
      to: { state: 'previous', ref: 'v1' },
      data: ['notes'],
      turns: [
        { version: 'this', kept: { written: 5, found: 0 } },
        { version: 'previous', kept: { written: 10, found: 5, lost: 0 } },
        { version: 'again', kept: { written: 15, found: 10, lost: 0 } },
      ],
    });
    expect(leftOf(run)).toEqual([]);
  });

  it('is healed when the gate is killed in the middle', async () => {
    await using project = await twoVersions();
    const ended = await project.gauntlet(['run', '--only', 'REL-01'], {
      onOutput: (output, kill) => {
        if (output.includes('on the data of this one')) kill('SIGKILL');
      },
    });
    expect(ended.exitCode).toBeNull();
    const run = await runOf(project);
    expect(leftOf(run)).not.toEqual([]);
    const healed = await project.gauntlet(['heal']);
    expect(healed.stdout).toContain('took down stack (rollback)');
    expect(leftOf(run)).toEqual([]);
  });
});
