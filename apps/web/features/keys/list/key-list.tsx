import { KeyRound } from 'lucide-react'
import Link from 'next/link'
import type { ReactNode } from 'react'
import { Button } from '#ui/button.tsx'
import { Card } from '#ui/card.tsx'
import { CreateKeyButton } from '../dialogs/create-key-dialog.tsx'
import { maximumKeys } from '../rules/key-rules.ts'
import { KeyTable } from './key-table.tsx'
import { type KeyLists, readKeyLists } from './read-key-lists.ts'

/**
 * Shows the keys of the signed-in user: those in use, or those that are revoked or expired, page by page.
 *
 * @param props.after the id of the key that a page of ended keys follows
 * @param props.children is shown below, and is rendered only after the list was read
 */
export async function KeyList({
  owner,
  show,
  after,
  children,
}: {
  owner: string
  show: 'living' | 'ended'
  after?: string
  children: ReactNode
}) {
  const from = after === undefined ? 'first' : { after }
  const lists = await readKeyLists(owner, show === 'ended' ? { ended: from } : {})
  const { usable, now } = lists
  return (
    <>
      <div className="flex flex-col gap-3">
        <nav aria-label="Filter keys" className="flex w-fit rounded-lg bg-muted p-0.5 text-sm">
          <Tab href="/keys" isCurrent={show === 'living'}>
            In use <span className="text-muted-foreground">{`${usable.length} of ${maximumKeys}`}</span>
          </Tab>
          <Tab href="/keys?show=ended" isCurrent={show === 'ended'}>
            Revoked or expired
          </Tab>
        </nav>
        <Card aria-label={show === 'living' ? 'Keys in use' : 'Revoked or expired keys'}>
          {show === 'ended' ? (
            <EndedKeys {...lists} />
          ) : usable.length > 0 ? (
            <KeyTable keys={usable} now={now} label="Keys in use" />
          ) : (
            <Empty title="No keys yet" text="Create a key and send it with your API requests.">
              <CreateKeyButton />
            </Empty>
          )}
        </Card>
      </div>
      {children}
    </>
  )
}

function EndedKeys({ ended, last, now }: KeyLists) {
  if (ended.length === 0) {
    return <Empty title="Nothing here" text="This list shows revoked and expired keys." />
  }
  return (
    <>
      <KeyTable keys={ended} now={now} label="Revoked or expired keys" />
      {last !== undefined && (
        <div className="flex justify-center border-t p-3">
          <Button asChild variant="outline" size="sm">
            <Link href={`/keys?show=ended&after=${last.id}`}>Older keys</Link>
          </Button>
        </div>
      )}
    </>
  )
}

function Tab({ href, isCurrent, children }: { href: string; isCurrent: boolean; children: ReactNode }) {
  return (
    <Link
      href={href}
      aria-current={isCurrent ? 'page' : undefined}
      className="rounded-md px-3 py-1 text-muted-foreground transition-colors outline-none hover:text-foreground focus-visible:ring-[3px] focus-visible:ring-ring/50 aria-[current]:bg-card aria-[current]:text-foreground aria-[current]:shadow-xs"
    >
      {children}
    </Link>
  )
}

function Empty({ title, text, children }: { title: string; text: string; children?: ReactNode }) {
  return (
    <div className="flex flex-col items-center gap-4 px-5 py-14 text-center">
      <KeyRound aria-hidden className="size-6 text-muted-foreground" />
      <div className="flex flex-col gap-1">
        <h2 className="font-semibold tracking-tight">{title}</h2>
        <p className="text-sm text-pretty text-muted-foreground">{text}</p>
      </div>
      {children}
    </div>
  )
}
