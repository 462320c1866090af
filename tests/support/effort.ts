/** Milliseconds of CPU that this process has used: what work costs, on a busy machine too. */
export function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}
