/** Runs once in each server process, before it accepts requests. */
export async function register(): Promise<void> {
  // oxlint-disable-next-line node/no-process-env -- Next.js replaces it at build time, to keep Node's modules out of other runtimes
  if (process.env.NEXT_RUNTIME !== 'nodejs') return
  const { prepareProcess } = await import('#server/prepare-process.ts')
  prepareProcess()
}
