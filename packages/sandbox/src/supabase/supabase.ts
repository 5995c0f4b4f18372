import { setTimeout as sleep } from 'node:timers/promises'

import { App } from '@supabase/lite'
import { Hono } from 'hono'
import { cors } from 'hono/cors'

import { applyMigrations, type MigrationReport } from './database/apply-migrations.ts'
import { openPglite, openPostgres, type SandboxDatabase } from './database/open-database.ts'
import { prepareDatabase } from './database/prepare-database.ts'
import { seedDatabase } from './database/seed-database.ts'
import { writeVaultSecret } from './vault/vault-secret.ts'
import { createMailDirectory } from './mail-directory.ts'
import { startNetWorker } from './pg-net/net-worker.ts'
import type { LoopbackServer, RequestHandler } from '../host/ports.ts'

/** An OAuth application at GitHub, or at what stands in for it. */
export interface GithubApplication {
  readonly clientId: string
  readonly clientSecret: string
  /** Address of the stand-in. Default: GitHub itself. */
  readonly url?: string
}

/** Options of {@link startSupabase}. */
export interface SupabaseOptions {
  /** Answers once this has started. Stopping leaves it open. */
  readonly server: LoopbackServer
  /** Where PGlite keeps its files; null keeps them in memory. */
  readonly databaseDirectory: string | null
  /** Address of a Postgres to use in place of PGlite. */
  readonly databaseUrl?: string | undefined
  readonly migrationsDirectory: string
  readonly publishableKey: string
  readonly secretKey: string
  readonly jwtSecret: string
  /** Address of the application, where sign-in may lead back to. */
  readonly appUrl: string
  /** Default: no sign-in with GitHub. */
  readonly github?: GithubApplication | undefined
  /** Written to Vault, by name, before the server answers. */
  readonly vaultSecrets: Record<string, string>
  /** SQL to run once, after the migrations. */
  readonly seedFile?: string | undefined
  /** Where e-mails are put as files; none is sent. */
  readonly mailDirectory: string
  readonly log: (line: string) => void
}

/** A running embedded Supabase. */
export interface EmbeddedSupabase {
  readonly migrations: MigrationReport
  readonly stop: () => Promise<void>
}

const closeTimeoutMs = 1000

/**
 * Starts Supabase's Auth and Data API, on PGlite or a real Postgres with the migrations applied, and the worker that sends
 * what `net` queues.
 *
 * @throws {MigrationError} `ERR_SANDBOX_MIGRATION`
 */
export async function startSupabase(options: SupabaseOptions): Promise<EmbeddedSupabase> {
  const { server, databaseUrl, databaseDirectory, log } = options
  const database = await (databaseUrl === undefined ? openPglite(databaseDirectory) : openPostgres(databaseUrl))
  // An open transaction must not keep the process.
  const close = (): Promise<void> => Promise.race([database.close(), sleep(closeTimeoutMs, undefined, { ref: false })])
  try {
    const migrations = await database.withClient(async (client) => {
      await prepareDatabase(client)
      const report = await applyMigrations(client, options.migrationsDirectory)
      if (options.seedFile !== undefined) await seedDatabase(client, options.seedFile)
      return report
    })
    for (const [name, secret] of Object.entries(options.vaultSecrets)) await writeVaultSecret(database, name, secret)
    server.handle(await createHandler(options, database))
    const worker = await startNetWorker({
      database,
      onError: (error) => log(`What net queued could not be sent: ${String(error)}`),
    })
    return {
      migrations,
      async stop() {
        await worker.stop()
        await close()
      },
    }
  } catch (error) {
    await close()
    throw error
  }
}

async function createHandler(options: SupabaseOptions, database: SandboxDatabase): Promise<RequestHandler> {
  const { appUrl, github, log } = options
  const { url } = options.server
  const app = new App({
    connection: database.connection,
    auth: {
      enabled: true,
      publishable_key: options.publishableKey,
      secret_key: options.secretKey,
      jwt_secret: options.jwtSecret,
      site_url: appUrl,
      additional_redirect_urls: bothLoopbackNames(appUrl).map((origin) => `${origin}/**`),
      email: {
        enable_signup: true,
        enable_confirmations: false,
        // `@supabase/lite` cannot ask both mailboxes, and of the new one it is not known whose it is.
        double_confirm_changes: false,
      },
      ...(github && {
        external: {
          github: {
            enabled: true,
            client_id: github.clientId,
            secret: github.clientSecret,
            redirect_uri: `${url}/auth/v1/callback`,
            ...(github.url !== undefined && { url: github.url }),
          },
        },
      }),
    },
    options: {
      server: { admin: false, disableStudio: true },
      drivers: {
        email: createMailDirectory({
          directory: options.mailDirectory,
          correctLinks: { from: appUrl, to: url },
          log,
        }),
      },
    },
  })
  await app.init()
  const router = new Hono()
  // Any origin, as hosted Supabase: what a page may do depends on its key. `@supabase/lite` leaves this out for Auth.
  router.use(cors({ origin: '*', exposeHeaders: ['Content-Range', 'Content-Location', 'X-Supabase-Api-Version'] }))
  // Would show the configuration and the whole schema to anyone, any web page included.
  router.all('/_system/*', (context) => context.body(null, 404))
  router.all('*', (context) => database.runRequest(() => app.fetch(context.req.raw, { peerAddress: null })))
  return router.fetch
}

/** The browser may have the application open under either name. */
function bothLoopbackNames(appUrl: string): string[] {
  const { protocol, host, port } = new URL(appUrl)
  const suffix = port === '' ? '' : `:${port}`
  return [...new Set([`${protocol}//${host}`, `${protocol}//localhost${suffix}`, `${protocol}//127.0.0.1${suffix}`])]
}
