import type { KeyRecord } from 'routekey'
import { CopyButton } from '#ui/copy-button.tsx'
import { Fact } from '#ui/fact.tsx'
import { Time } from '#ui/time.tsx'
import { EndOldKeyButton } from './end-old-key-button.tsx'

/**
 * Lists the properties of a key.
 *
 * @param props.now the reference of "3 hours ago"
 */
export function KeyFacts({ record, now }: { record: KeyRecord; now: Date }) {
  const { id, scopes, createdAt, lastUsedAt, expiresAt, graceEndsAt, disabledAt, revokedAt, allowedIps } = record
  return (
    <dl className="grid gap-x-6 gap-y-4 text-sm sm:grid-cols-[8rem_1fr]">
      {revokedAt !== null && (
        <Fact term="Revoked">
          <Time at={revokedAt} as="date-time" />
        </Fact>
      )}
      {disabledAt !== null && (
        <Fact term="Disabled">
          <Time at={disabledAt} as="date-time" />
        </Fact>
      )}
      <Fact term="Scopes">{scopes.length === 0 ? 'None' : <Codes texts={scopes} />}</Fact>
      <Fact term="Created">
        <Time at={createdAt} as="date-time" />
      </Fact>
      <Fact term="Last used">{lastUsedAt === null ? 'Never' : <Time at={lastUsedAt} relativeTo={now} />}</Fact>
      <Fact term="Expires">{expiresAt === null ? 'Never' : <Time at={expiresAt} as="date-time" />}</Fact>
      {revokedAt === null && graceEndsAt !== null && graceEndsAt > now && (
        <Fact term="Old key">
          <span className="flex flex-wrap items-center gap-x-3 gap-y-1.5">
            <span>
              {disabledAt === null ? 'Works until' : 'Expires'} <Time at={graceEndsAt} as="date-time" />
            </span>
            <EndOldKeyButton />
          </span>
        </Fact>
      )}
      {allowedIps.length > 0 && (
        <Fact term="Allowed IPs">
          <Codes texts={allowedIps} />
        </Fact>
      )}
      <Fact term="Key ID">
        <span className="flex items-center gap-1">
          <code className="min-w-0 font-mono text-[0.8125rem] wrap-anywhere">{id}</code>
          <CopyButton text={id} label="key ID" />
        </span>
      </Fact>
    </dl>
  )
}

function Codes({ texts }: { texts: readonly string[] }) {
  return (
    <ul className="flex flex-wrap gap-1.5">
      {texts.map((text) => (
        <li key={text} className="rounded-md border bg-muted px-1.5 py-0.5 font-mono text-xs wrap-anywhere">
          {text}
        </li>
      ))}
    </ul>
  )
}
