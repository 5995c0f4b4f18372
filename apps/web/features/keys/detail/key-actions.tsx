'use client'

import { useId } from 'react'
import { Button } from '#ui/button.tsx'
import { opens } from '#ui/dialog.tsx'
import { EndOldKeyDialog } from '../dialogs/end-old-key-dialog.tsx'
import { RenameKeyDialog } from '../dialogs/rename-key-dialog.tsx'
import { RevokeKeyDialog } from '../dialogs/revoke-key-dialog.tsx'
import { RotateKeyDialog } from '../dialogs/rotate-key-dialog.tsx'
import { ToggleKeyDialog } from '../dialogs/toggle-key-dialog.tsx'
import { Announcement } from '../list/announcement.tsx'
import { useAnnouncement } from '../list/use-announcement.ts'
import { endOldKeyDialogId } from './end-old-key-button.tsx'

/**
 * Shows the actions for a key on its page. It works before scripts arrive.
 *
 * @param props.status a revoked key cannot be changed; an expired key cannot be rotated or disabled
 */
export function KeyActions({
  keyId,
  name,
  status,
}: {
  keyId: string
  name: string
  status: 'active' | 'disabled' | 'expired' | 'revoked'
}) {
  const id = useId()
  const [text, announce] = useAnnouncement()
  const key = { keyId, name, onDone: announce }
  return (
    <>
      {status !== 'revoked' && (
        <>
          <Button type="button" variant="outline" {...opens(`${id}-rename`)}>
            Rename
          </Button>
          {status !== 'expired' && (
            <>
              <Button type="button" variant="outline" {...opens(`${id}-rotate`)}>
                Rotate
              </Button>
              <Button
                type="button"
                variant="outline"
                {...opens(status === 'disabled' ? `${id}-enable` : `${id}-disable`)}
              >
                {status === 'disabled' ? 'Enable' : 'Disable'}
              </Button>
            </>
          )}
          <Button type="button" variant="destructive" {...opens(`${id}-revoke`)}>
            Revoke
          </Button>
        </>
      )}
      <RenameKeyDialog id={`${id}-rename`} {...key} />
      <RotateKeyDialog id={`${id}-rotate`} {...key} />
      <ToggleKeyDialog to="disabled" id={`${id}-disable`} {...key} />
      <ToggleKeyDialog to="enabled" id={`${id}-enable`} {...key} />
      <EndOldKeyDialog id={endOldKeyDialogId} {...key} />
      <RevokeKeyDialog id={`${id}-revoke`} {...key} />
      <Announcement text={text} />
    </>
  )
}
