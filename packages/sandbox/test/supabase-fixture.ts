import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { format } from 'node:util'
import { createClient, type SupabaseClient } from '@supabase/supabase-js'
import { expect, vi } from 'vitest'
import { startSandbox } from '../src/index.ts'
import { readMailedToken } from '../src/testing/read-mailed-token.ts'
import { type RecordingApplication, startRecordingApplication } from './recording-application.ts'

export const apiRouteSecret = 'the-secret-of-the-route'
export const cronSecret = 'the-secret-of-the-sweep'
const password = 'correct horse'

/** A user who has signed up and confirmed their address. */
export interface TestUser {
  readonly client: SupabaseClient
  readonly id: string
  readonly email: string
  readonly password: string
}

/** A sandbox with an application that records its requests. */
export interface SupabaseFixture {
  readonly url: string
  readonly publishableKey: string
  readonly secretKey: string
  readonly mailDirectory: string
  readonly application: RecordingApplication
  /** The lines that the sandbox has logged, and the text that was printed to the console. */
  readonly output: readonly string[]
  /** Creates a client that does not share its session. It has the publishable key by default. */
  readonly connect: (key?: string) => SupabaseClient
  readonly signUp: () => Promise<TestUser>
  readonly stop: () => Promise<void>
}

/** Starts a sandbox with Supabase, and an application. */
export async function startSupabaseFixture(): Promise<SupabaseFixture> {
  const output: string[] = []
  // `@supabase/lite` prints the errors of the database here.
  const consoleError = vi
    .spyOn(console, 'error')
    .mockImplementation((...words: unknown[]) => void output.push(format(...words)))
  const dir = await mkdtemp(join(tmpdir(), 'routekey-sandbox-'))
  const application = await startRecordingApplication()
  const sandbox = await startSandbox({
    dir,
    ports: { supabase: 0, stripe: 0, github: 0 },
    appUrl: application.url,
    apiRouteSecret,
    cronSecret,
    sweepIntervalMs: 100,
    log: (line) => output.push(line),
  })
  const { url, publishableKey, secretKey, mailDirectory } = sandbox.supabase!
  const connect = (key = publishableKey) =>
    createClient(url, key, { auth: { persistSession: false, autoRefreshToken: false } })
  let users = 0
  return {
    url,
    publishableKey,
    secretKey,
    mailDirectory,
    application,
    output,
    connect,
    async signUp() {
      users += 1
      const email = `user-${users}@example.com`
      const client = connect()
      expect((await client.auth.signUp({ email, password })).error).toBeNull()
      const token = await readMailedToken(mailDirectory, email)
      const { data, error } = await client.auth.verifyOtp({ type: 'signup', token_hash: token })
      expect(error).toBeNull()
      expect(data.session).not.toBeNull()
      return { client, id: data.user!.id, email, password }
    },
    async stop() {
      await sandbox.stop()
      await application.close()
      await rm(dir, { recursive: true })
      consoleError.mockRestore()
    },
  }
}
