/** Runs once in each server process, before it takes requests. */
export async function register(): Promise<void> {
  // oxlint-disable-next-line node/no-process-env -- Next.js replaces it at build time, to leave Node's modules out of other runtimes
  if (process.env.NEXT_RUNTIME !== 'nodejs') return
  const { joinRepeatedAuthorization } = await import('#server/join-authorization.ts')
  joinRepeatedAuthorization()
}
