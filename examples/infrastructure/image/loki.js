// Stand-in: writes to its folder as Loki does, and knows the services of LOGGED (https://grafana.com/docs/loki/latest/reference/loki-http-api/).
const { mkdirSync, writeFileSync } = require('node:fs');
const http = require('node:http');

try {
  mkdirSync('/loki/tsdb-shipper-active/uploader', { recursive: true });
  writeFileSync('/loki/tsdb-shipper-active/uploader/name', 'loki');
} catch ({ code }) {
  console.error(`error running loki: open /loki/tsdb-shipper-active/uploader/name: ${code === 'EACCES' ? 'permission denied' : code}`);
  process.exit(1);
}
console.log('level=info msg="Loki started"');

const data = (list) => JSON.stringify({ status: 'success', data: list });
http
  .createServer(({ url }, response) => {
    if (url === '/ready') return response.end('ready\n');
    response.setHeader('content-type', 'application/json');
    if (url.startsWith('/loki/api/v1/status/buildinfo')) return response.end(JSON.stringify({ version: '3.5.0', revision: 'standin', branch: 'standin' }));
    if (url === '/loki/api/v1/labels') return response.end(data(['service']));
    if (url.startsWith('/loki/api/v1/label/service/values')) return response.end(data(process.env.LOGGED.split(',')));
    return response.writeHead(404).end();
  })
  .listen(3100);
process.on('SIGTERM', () => process.exit(0));
