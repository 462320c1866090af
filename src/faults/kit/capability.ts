import { errorMessage } from '../../model/errors.ts';
import type { Capability } from '../contract.ts';

/** Able where a look finds all that the fault needs; what it throws is why not. Never throws. */
export function ableIf(look: () => Promise<unknown>): Promise<Capability> {
  return capabilityBy(async () => {
    await look();
    return { state: 'able' };
  });
}

/** What a look says of a fault; what it throws is why there can be none. Never throws. */
export async function capabilityBy(look: () => Promise<Capability>): Promise<Capability> {
  try {
    return await look();
  } catch (error) {
    return { state: 'unsupported', why: errorMessage(error) };
  }
}
