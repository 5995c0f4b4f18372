import { fileURLToPath } from 'node:url'

/** Files that a reader has, and that blocks import. */
export const ownFiles: Readonly<Record<string, string>> = {
  'package.json': JSON.stringify({ name: 'project', private: true, type: 'module' }),
  'tsconfig.json': JSON.stringify({
    compilerOptions: {
      strict: true,
      target: 'es2023',
      module: 'preserve',
      jsx: 'preserve',
      skipLibCheck: true,
      noEmit: true,
      types: ['node'],
      paths: { '@/*': ['./*'] },
    },
    include: ['app', 'pages', 'lib', 'proxy.ts'],
  }),
  'app/layout.jsx': `export default function Layout({ children }) {
    return <html lang="en"><body>{children}</body></html>
  }\n`,
  'app/api/internal/reports/route.ts': `// routekey-audit: public, proxy.ts guards it
    export const GET = () => new Response('reports')\n`,
  'lib/record-once.ts': `export async function recordOnce(_id: string, _body: unknown): Promise<void> {}\n`,
  'lib/database.ts': `import { Pool } from 'pg'
    export const pool = new Pool({ connectionString: process.env.DATABASE_URL })\n`,
  'lib/keyring.ts': `import { createKeyring } from 'routekey'
    import { createPostgresStore } from 'routekey/stores/postgres'
    import { pool } from './database'
    export const keyring = createKeyring({ store: createPostgresStore({ client: pool }), prefix: 'acme_live' })\n`,
}

/** The configuration of Next.js: the reader's, with what the repository needs. */
export const nextConfig = (configs: string): string => `${configs}
export default {
  ...readers,
  turbopack: { root: ${JSON.stringify(fileURLToPath(new URL('../../../../../', import.meta.url)))} },
  // The test of the snippets checks them.
  typescript: { ignoreBuildErrors: true },
  agentRules: false,
  experimental: { agentUpgrade: false },
}\n`

/** Stands in for `npm install`, because the packed packages are installed already. */
export const npm = `#!/bin/sh
[ "$1" = install ] || { echo "npm $1 is not for a reader's project" >&2; exit 64; }
shift
for name; do
  node -p 'require("module").findPackageJSON(process.argv[1], process.cwd() + "/x").length' "$name" > /dev/null || { echo "$name is not installed" >&2; exit 1; }
done
`
