import type { Ports } from '../index.ts';
import type { Progress } from '../log.ts';
import { nodeClock } from './clock.ts';
import { nodeDatastores } from './datastores/index.ts';
import { nodeExec } from './exec.ts';
import { nodeFiles } from './files.ts';
import { makeHttp } from './http.ts';
import { makeLoadHttp } from './http1/index.ts';
import { nodeInbox } from './inbox.ts';
import { nodeReference } from './reference.ts';
import { nodeSockets } from './sockets.ts';
import { nodeTcp } from './tcp.ts';
import { nodeThreads } from './threads.ts';
import { nodeTls } from './tls.ts';

export interface NodePortsOptions {
  /** The environment that children may be given; read once, at the entry. */
  readonly env: Readonly<Record<string, string>>;
  readonly progress: Progress;
  /** Argument-vector prefix that runs this CLI again; the running script by default. */
  readonly self?: readonly string[];
}

/** The real outside. */
export function nodePorts(options: NodePortsOptions): Ports {
  return {
    exec: nodeExec,
    files: nodeFiles,
    http: makeHttp(),
    loadHttp: makeLoadHttp,
    reference: nodeReference,
    inbox: nodeInbox,
    sockets: nodeSockets,
    tcp: nodeTcp,
    tls: nodeTls,
    datastores: nodeDatastores,
    clock: nodeClock,
    threads: nodeThreads,
    progress: options.progress,
    env: options.env,
    self: options.self ?? [process.execPath, process.argv[1] ?? ''],
  };
}
