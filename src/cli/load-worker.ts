import { parentPort, workerData } from 'node:worker_threads';

import { nodePorts } from '../ports/node/index.ts';
import type { LoadTask } from '../run/load-users.ts';
import { workLoad } from '../run/load-worker.ts';

// The program of one thread of a load. What goes wrong here ends the thread, and whoever started it sees that it is gone.
const SILENT = { say: () => undefined, update: () => undefined, warn: () => undefined };

if (parentPort === null) throw new Error('this is the program of a thread');
const line = parentPort;
const task = workerData as LoadTask;
const ports = nodePorts({ env: task.redacting.env, self: task.self, progress: SILENT });
await workLoad(task, ports, { say: (report) => line.postMessage(report, []), hear: (order) => void line.on('message', order) });
line.close();
