import { existsSync, globSync } from 'node:fs'

const web = new URL('../../', import.meta.url)

/** Lists the addresses of all files that the framework serves from the disk, and of the icon. */
export function listFiles(): string[] {
  return [...list('.next/static/', '/_next/static/'), ...list('public/', '/'), '/icon.svg', '/favicon.ico']
}

function list(folder: string, prefix: string): string[] {
  const cwd = new URL(folder, web)
  const found = existsSync(cwd) ? globSync('**/*', { cwd, withFileTypes: true }) : []
  return found
    .filter((entry) => entry.isFile())
    .map((entry) => `${prefix}${`${entry.parentPath}/${entry.name}`.slice(cwd.pathname.length)}`)
}
