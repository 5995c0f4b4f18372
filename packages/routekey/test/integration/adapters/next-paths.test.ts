import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { buildPackages } from '@routekey/tools/build-if-stale'
import { generateKey } from '../../../src/index.ts'
import { startNextServer } from './next-server.ts'
import { send } from './send.ts'

const secret = generateKey()
// What `next-paths/marker.js` puts into each page and response.
const marker = 'the-guarded-part-was-reached'
const directory = fileURLToPath(new URL('../next-paths', import.meta.url))
const targets = ['/app-page', '/app-route', '/pages-page', '/pages-static', '/api/pages-api/x']
const i18n = { locales: ['en', 'fr'], defaultLocale: 'en', localeDetection: false }

const fewHeaders = [{}, { rsc: '1' }]
const internalHeaders = (target: string) => [
  ...fewHeaders,
  { rsc: '1', 'next-router-prefetch': '1', 'next-router-segment-prefetch': '/_tree' },
  { 'x-nextjs-data': '1' },
  { 'x-matched-path': target, 'x-now-route-matches': '1=x' },
  { 'x-invoke-path': target, 'x-invoke-output': target },
  { 'x-middleware-subrequest': 'proxy:proxy:proxy:proxy:proxy', 'x-middleware-next': '1' },
  { 'x-rewrite-url': target, 'x-original-url': target, 'x-forwarded-prefix': '/en' },
]

const escapeFirst = (path: string) => path.replace(/[a-z]/, (letter) => `%${letter.charCodeAt(0).toString(16)}`)

/** Spells the path of a page or a route in every way in which Next.js may read it. */
function spell(target: string, { basePath, buildId, origin }: Record<'basePath' | 'buildId' | 'origin', string>) {
  const locales = ['', '/en', '/fr', '/FR', '/index', '/index/fr', '/fr/index']
  const plain = locales.flatMap((locale) =>
    ['', '/', '.rsc', '.json', '.prefetch.rsc', '.segments/_tree.segment.rsc', '.segments/_full.segment.rsc'].map(
      (suffix) => `${locale}${target}${suffix}`,
    ),
  )
  const data = locales.flatMap((locale) => [
    ...['.json', '.json/', '.rsc', '/index.json'].map((suffix) => `/_next/data/${buildId}${locale}${target}${suffix}`),
    ...['other', buildId.toUpperCase(), encodeURIComponent(`${buildId}/`)].map(
      (id) => `/_next/data/${id}${locale}${target}.json`,
    ),
  ])
  const dots = [
    `/_next/data/${buildId}/x/../${target.slice(1)}.json`,
    `/_next/data/${buildId}/%2e%2e/${buildId}${target}.json`,
    `/_next/data/${buildId}/..${basePath}${target}.json`,
    `/_next/data/${buildId}/../..${basePath}${target}.json`,
    `/_next/data/x/../${buildId}${target}.json`,
    `/_next/../${target.slice(1)}`,
    `/x/%2e%2e${target}`,
    `/x/%252e%252e${target}`,
  ]
  const spelled = [...plain, ...data, ...dots].map((path) => `${basePath}${path}`)
  const elsewhere = ['', '/fr'].flatMap((locale) => {
    const paths = [`${locale}${target}`, `/_next/data/${buildId}${locale}${target}.json`]
    return ['', '/assets', `/assets${basePath}`].flatMap((prefix) => paths.map((path) => `${prefix}${path}`))
  })
  const base = `${basePath}${target}`
  return [
    ...spelled,
    ...elsewhere,
    ...[base, `${basePath}/_next/data/${buildId}${target}.json`].flatMap((path) => [
      escapeFirst(path),
      escapeFirst(path).replace('%', '%25'),
      path.toUpperCase(),
      path.replaceAll('/', '//'),
      path.replaceAll('/', '%2f'),
      path.replaceAll('/', '\\'),
      `${path}?__nextLocale=fr&__nextDefaultLocale=fr&__nextDataReq=1`,
      `${path}?nxtPrest=x&_rsc=1`,
      `${path};x=1`,
      `${origin}${path}`,
      `http://elsewhere.test${path}`,
    ]),
  ]
}

describe.each<[string, Record<string, unknown>]>([
  ['plain', {}],
  ['skipProxyUrlNormalize', { skipProxyUrlNormalize: true }],
  ['skipProxyUrlNormalize, i18n and assetPrefix', { skipProxyUrlNormalize: true, i18n, assetPrefix: '/assets' }],
  ['skipProxyUrlNormalize, i18n and basePath', { skipProxyUrlNormalize: true, i18n, basePath: '/base' }],
  [
    'skipProxyUrlNormalize, basePath and trailingSlash',
    { skipProxyUrlNormalize: true, basePath: '/base', trailingSlash: true },
  ],
  [
    'skipProxyUrlNormalize, i18n, basePath and trailingSlash',
    { skipProxyUrlNormalize: true, i18n, basePath: '/base', trailingSlash: true },
  ],
  ['i18n, basePath and trailingSlash', { i18n, basePath: '/base', trailingSlash: true }],
])('routekey/next-proxy with %s', (name, config) => {
  const distDir = `.next/${name.replaceAll(/\W+/g, '-')}`
  const basePath = typeof config['basePath'] === 'string' ? config['basePath'] : ''
  let server: Awaited<ReturnType<typeof startNextServer>>
  let buildId = ''
  beforeAll(async () => {
    await buildPackages()
    server = await startNextServer({
      directory,
      env: { NEXT_PATHS_SECRET: secret },
      buildEnv: { NEXT_PATHS_CONFIG: JSON.stringify({ ...config, distDir }) },
      readyPath: `${basePath}/`,
    })
    buildId = readFileSync(`${directory}/${distDir}/BUILD_ID`, 'utf8')
  })
  afterAll(async () => {
    await server.stop()
  })

  const reaches = async (path: string, headers: Readonly<Record<string, string>>) =>
    (await send(server.origin, { method: 'GET', path, headers: Object.entries(headers) })).body.includes(marker)

  it.each(targets)('lets nobody reach %s without the key, however it is spelled', async (target) => {
    const holes: string[] = []
    const opened = new Set<string>()
    for (const path of spell(target, { basePath, buildId, origin: server.origin })) {
      for (const headers of path.endsWith(target) || path.endsWith(`${target}.json`)
        ? internalHeaders(target)
        : fewHeaders) {
        // oxlint-disable-next-line no-await-in-loop -- one after the other, as the server has one thread
        if (await reaches(path, headers)) holes.push(`${path} ${JSON.stringify(headers)}`)
      }
      // oxlint-disable-next-line no-await-in-loop -- see above
      if (await reaches(path, { 'x-api-key': secret })) opened.add(path)
    }
    expect(holes).toEqual([])
    // The key opens the page, and its data: the spellings above are real ones.
    const slash = config['trailingSlash'] === true ? '/' : ''
    expect(opened).toContain(`${basePath}${target}${slash}`)
    // With `trailingSlash` and the path as it came, Next.js finds no data.
    const hasData = slash === '' && (target.startsWith('/pages-') || target.startsWith('/api/'))
    const data = `${basePath}/_next/data/${buildId}${config['i18n'] === undefined ? '' : '/en'}${target}.json`
    expect(!hasData || opened.has(data)).toBe(true)
  })

  it('lets everyone reach a page that is not guarded', async () => {
    // With `skipProxyUrlNormalize`, `i18n` and `trailingSlash`, Next.js redirects the start page of the default locale to itself.
    const locale = config['i18n'] !== undefined && config['trailingSlash'] === true ? '/fr' : ''
    const { status, body } = await send(server.origin, { method: 'GET', path: `${basePath}${locale}/` })
    expect({ status, isOpen: body.includes('open to everyone') }).toEqual({ status: 200, isOpen: true })
  })
})
