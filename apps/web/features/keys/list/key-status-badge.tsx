import type { ComponentProps } from 'react'
import type { KeyRecord } from 'routekey'
import { Badge } from '#ui/badge.tsx'
import { Time } from '#ui/time.tsx'
import { type KeyState, keyState } from '../rules/key-state.ts'

const looks: Record<KeyState['kind'], { variant: ComponentProps<typeof Badge>['variant']; text: string }> = {
  active: { variant: 'success', text: 'Active' },
  expiring: { variant: 'warning', text: 'Expires soon' },
  rotated: { variant: 'success', text: 'Rotated' },
  disabled: { variant: 'default', text: 'Disabled' },
  expired: { variant: 'default', text: 'Expired' },
  revoked: { variant: 'default', text: 'Revoked' },
}

/**
 * Shows the state of a key, and when its old key expires.
 *
 * @param props.now the instant of the state
 */
export function KeyStatusBadge({ record, now }: { record: KeyRecord; now: Date }) {
  const state = keyState(record, now)
  const { variant, text } = looks[state.kind]
  return (
    <span className="flex flex-col items-start gap-1">
      <Badge variant={variant}>{text}</Badge>
      {state.kind === 'rotated' && (
        <span className="text-xs text-muted-foreground">
          Old key expires <Time at={state.until} relativeTo={now} />
        </span>
      )}
    </span>
  )
}
