import { inlineProject, type Project } from '../support/project.ts';
import { FAILED, junit, PASSED } from '../support/reports.ts';

const SERVER = `require('node:http').createServer((request, response) => response.end('{"ok":true}')).listen(process.env.PORT, '127.0.0.1');\n`;

const CONFIG = `version: 1
stack:
  process: {api: {run: node server.cjs, port: auto, health: /}}
  ready: 20s
targets:
  api: {service: api, port: 8080, health: /}
stages:
  - unit:
      run: sh unit.sh
      results: reports/*.xml
  - e2e:
      journeys: [hello]
journeys:
  hello:
    steps:
      - {get: "{{api}}/", expect: {status: 200, reply: {ok: true}}}
`;

/** A small repository with a local service, as users have them: one that passes, that is blocked, that hangs, that is misconfigured. */
export function sample(kind: 'good' | 'bad' | 'slow' | 'broken'): Promise<Project> {
  const script = `echo 'unit tests begin'\n${kind === 'slow' ? 'sleep 60\n' : ''}mkdir -p reports\ncp report.xml reports/unit.xml\nexit ${kind === 'bad' ? '1' : '0'}\n`;
  return inlineProject({
    'server.cjs': SERVER,
    'unit.sh': script,
    'src/a.ts': '// one\n'.repeat(9),
    'report.xml': kind === 'bad' ? junit(PASSED, FAILED) : junit(PASSED),
    'gauntlet.yml': kind === 'broken' ? CONFIG.replace('stages:', 'stagess:') : CONFIG,
  });
}

/** The same repository with its service in a container. */
export async function composeSample(kind: 'good' | 'bad' | 'slow'): Promise<Project> {
  const project = await sample(kind);
  await project.write({
    'gauntlet.yml': CONFIG.replace(/ {2}process: .*\n/, '  compose: compose.yaml\n').replace('ready: 20s', 'ready: 120s'),
    Dockerfile: `FROM debian:bookworm-slim\nRUN apt-get update -qq && apt-get install -yqq --no-install-recommends python3-minimal libpython3-stdlib\nCOPY server.py /\nCMD ["python3", "/server.py"]\n`,
    'server.py': `import http.server
class Api(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers(); self.wfile.write(b'{"ok":true}')
    def log_message(self, *_): pass
http.server.HTTPServer(('', 8080), Api).serve_forever()
`,
    'compose.yaml': `services:
  api:
    build: .
    ports: ['127.0.0.1::8080']
    stop_signal: SIGKILL
    healthcheck: {test: ["CMD", "python3", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8080/')"], interval: 1s, retries: 20}
`,
  });
  return project;
}
