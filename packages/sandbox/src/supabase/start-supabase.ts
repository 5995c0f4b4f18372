import { setTimeout as sleep } from 'node:timers/promises'
import { App } from '@supabase/lite'
import { Hono } from 'hono'
import { cors } from 'hono/cors'
import type { GithubApplication } from '../github/github-application.ts'
import type { LoopbackServer, RequestHandler } from '../host/listen-on-loopback.ts'
import { answerLikeHostedAuth } from './auth/answer-like-hosted-auth.ts'
import { applyMigrations, type MigrationReport } from './database/apply-migrations.ts'
import { openPglite } from './database/open-pglite.ts'
import { openPostgres } from './database/open-postgres.ts'
import { prepareDatabase } from './database/prepare-database.ts'
import type { SandboxDatabase } from './database/sandbox-database.ts'
import { seedDatabase } from './database/seed-database.ts'
import { createMailDirectory } from './mail/create-mail-directory.ts'
import { mailPath, showMail } from './mail/mail-page.ts'
import { startNetWorker } from './pg-net/net-worker.ts'
import { writeVaultSecret } from './vault/write-vault-secret.ts'

/** Options of {@link startSupabase}. */
export interface SupabaseOptions {
  /** Gets its handler when Supabase has started. It stays open when Supabase stops. */
  readonly server: LoopbackServer
  /** The directory for the files of PGlite. */
  readonly databaseDirectory: string
  /** Address of a Postgres to use instead of PGlite. */
  readonly databaseUrl?: string | undefined
  readonly migrationsDirectory: string
  readonly publishableKey: string
  readonly secretKey: string
  readonly jwtSecret: string
  /** Address of the application, which a sign-in can redirect to. */
  readonly appUrl: string
  /** Default: no sign-in with GitHub. */
  readonly github?: GithubApplication | undefined
  /** Written to Vault, by name, before the server answers. */
  readonly vaultSecrets: Record<string, string>
  /** SQL to run once, after the migrations. */
  readonly seedFile?: string | undefined
  /** The directory for e-mails. No e-mail is sent. */
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
 * Starts Supabase's Auth and Data API on PGlite or a real Postgres, applies the migrations, and starts the worker that
 * sends the queue of `net`.
 *
 * @throws `ERR_SANDBOX_DATABASE`, `ERR_SANDBOX_MIGRATION` or `ERR_SANDBOX_SEED` when the database cannot be prepared
 */
export async function startSupabase(options: SupabaseOptions): Promise<EmbeddedSupabase> {
  const { server, databaseUrl, databaseDirectory, log } = options
  const database = await (databaseUrl === undefined ? openPglite(databaseDirectory) : openPostgres(databaseUrl))
  // An open transaction must not prevent the process from ending.
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
      onError: (error) => log(`The worker of pg_net failed: ${String(error)}`),
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
  const { appUrl, github, log, mailDirectory } = options
  const { url: supabaseUrl } = options.server
  const email = createMailDirectory({ directory: mailDirectory, appUrl, supabaseUrl, log })
  const app = new App({
    connection: database.connection,
    auth: {
      enabled: true,
      publishable_key: options.publishableKey,
      secret_key: options.secretKey,
      jwt_secret: options.jwtSecret,
      site_url: appUrl,
      additional_redirect_urls: bothLoopbackOrigins(appUrl).map((origin) => `${origin}/**`),
      email: {
        enable_signup: true,
        // Otherwise anyone could register a password for the address of somebody else.
        enable_confirmations: true,
        // `@supabase/lite` can ask only one mailbox, and the new one is the one that is not proven yet.
        double_confirm_changes: false,
      },
      ...(github && {
        external: {
          github: {
            enabled: true,
            client_id: github.clientId,
            secret: github.clientSecret,
            redirect_uri: `${supabaseUrl}/auth/v1/callback`,
            ...(github.url !== undefined && { url: github.url }),
          },
        },
      }),
    },
    options: {
      server: { admin: false, disableStudio: true },
      drivers: { email },
    },
  })
  await app.init()
  const forward = (request: Request): Promise<Response> =>
    database.runRequest(async () => app.fetch(request, { peerAddress: null }))
  const router = new Hono()
  // Before the next one, because other origins must not read it.
  router.get(mailPath, (context) => showMail(context.req.raw, mailDirectory))
  // Any origin, as on hosted Supabase: the key decides about the rights of a page. `@supabase/lite` omits this for Auth.
  router.use(cors({ origin: '*', exposeHeaders: ['Content-Range', 'Content-Location', 'X-Supabase-Api-Version'] }))
  // Otherwise any web page could read the configuration and the whole schema.
  router.all('/_system/*', (context) => context.body(null, 404))
  for (const path of ['/auth/v1/signup', '/auth/v1/resend', '/auth/v1/token']) {
    router.post(path, (context) => answerLikeHostedAuth(context.req.raw, { database, email, appUrl, forward }))
  }
  router.all('*', (context) => forward(context.req.raw))
  return router.fetch
}

/** Returns the origin under both names of this machine, because a browser can use either. */
function bothLoopbackOrigins(appUrl: string): string[] {
  const { protocol, host, port } = new URL(appUrl)
  const suffix = port === '' ? '' : `:${port}`
  return [...new Set([`${protocol}//${host}`, `${protocol}//localhost${suffix}`, `${protocol}//127.0.0.1${suffix}`])]
}
