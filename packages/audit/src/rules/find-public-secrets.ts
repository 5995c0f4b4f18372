import { readText } from '../resolve/read-file.ts'
import type { Remark } from './collect-findings.ts'

const publicVariable = /\bprocess\.env\.((?:NEXT_PUBLIC|EXPO_PUBLIC)_[A-Z0-9_]+)/g
const secretName = /SECRET|PASSWORD|PASSWD|PRIVATE_?KEY|SERVICE_ROLE|ADMIN_?(?:KEY|TOKEN)/
const publicName = /PUBLIC_?KEY|PUBLISHABLE|SITE_?KEY|RECAPTCHA|TURNSTILE/

/** Finds variables with the name of a secret and a prefix that makes Next.js publish them. */
export function findPublicSecrets(files: readonly string[]): readonly Remark[] {
  return files.flatMap((file) => {
    if (!/\.(?:tsx?|jsx?|mjs|cjs)$/.test(file) || file.endsWith('.d.ts')) return []
    const source = readText(file)
    if (source === null || !source.includes('_PUBLIC_')) return []
    return [...source.matchAll(publicVariable)].flatMap(({ 1: name = '', index }) => {
      const own = name.replace(/^(?:NEXT|EXPO)_PUBLIC_/, '')
      if (!secretName.test(own) || publicName.test(own)) return []
      return [{ rule: 'public-secret', file, start: index, subject: name, handler: name }]
    })
  })
}
