import { placeInTrace } from '../../lib/frames.ts';
import type { CaseResult, CaseStatus } from '../../model/tests.ts';

/** A test, or a container of tests, while it runs. */
export interface OpenNode {
  readonly name: string;
  readonly parent: OpenNode | undefined;
  /** What JUnit says that it is. */
  type: string | undefined;
  /** When it began, in milliseconds. */
  readonly startedAt: number;
  durationMs: number | undefined;
  status: string | undefined;
  reason: string;
  trace: string;
  file: string | undefined;
  children: number;
  /** Tests in it that did not end well. */
  bad: number;
}

export function newNode(name: string, parent: OpenNode | undefined, startedAt: number): OpenNode {
  return {
    name,
    parent,
    type: undefined,
    startedAt,
    durationMs: undefined,
    status: undefined,
    reason: '',
    trace: '',
    file: undefined,
    children: 0,
    bad: 0,
  };
}

/** What a node that ended amounts to; `undefined` for a container whose tests tell it all. */
export function resultOf(node: OpenNode): CaseResult | undefined {
  const status = statusOf(node.status);
  const container = node.children > 0 || node.type === 'CONTAINER' || (node.parent === undefined && node.type === undefined);
  if (container && (status === 'passed' || node.bad > 0 || (status === 'skipped' && node.children > 0))) return undefined;
  const failing = status === 'failed' || status === 'error';
  const said = node.reason || node.trace.split('\n', 1)[0] || (failing ? `the status is "${node.status ?? ''}"` : '');
  const place = failing ? placeInTrace(node.trace) : undefined;
  const suite = pathOf(node.parent);
  return {
    ...(suite === undefined ? {} : { suite }),
    name: node.name,
    ...(node.file === undefined ? {} : { file: node.file }),
    status: container && failing ? 'error' : status,
    ...(node.durationMs === undefined ? {} : { durationMs: node.durationMs }),
    ...(status === 'passed' || said === '' ? {} : { message: said }),
    ...(failing && node.trace !== '' ? { detail: node.trace } : {}),
    ...(place === undefined ? {} : { location: place }),
  };
}

function statusOf(status: string | undefined): CaseStatus {
  switch (status) {
    case 'SUCCESSFUL':
      return 'passed';
    case 'FAILED':
      return 'failed';
    // An assumption that does not hold.
    case 'ABORTED':
    case 'SKIPPED':
      return 'skipped';
    default:
      return 'error';
  }
}

function pathOf(node: OpenNode | undefined): string | undefined {
  if (node === undefined) return undefined;
  const around = pathOf(node.parent);
  return around === undefined ? node.name : `${around} › ${node.name}`;
}

/** `PT1M2.5S` in milliseconds. */
export function isoDurationMs(text: string | undefined): number | undefined {
  const match = /^PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?$/.exec(text ?? '');
  if (match === null) return undefined;
  const [hours, minutes, seconds] = match.slice(1).map((part) => Number(part ?? 0));
  return Math.round((((hours ?? 0) * 60 + (minutes ?? 0)) * 60 + (seconds ?? 0)) * 1e6) / 1e3;
}
