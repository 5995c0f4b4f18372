'use client'

import { Notice } from '#components/notice.tsx'
import { Button } from '#components/ui/button.tsx'

/** Stands in for the keys when they could not be read. The server's log has the reason, under the digest. */
export default function KeysError({ error, retry }: { error: unknown; retry: () => void }) {
  const digest = error instanceof Error && 'digest' in error ? String(error.digest) : undefined
  return (
    <Notice
      title="Your keys could not be read"
      text={`They work all the same. Our database did not answer.${digest === undefined ? '' : ` Reference: ${digest}`}`}
    >
      <Button variant="outline" onClick={retry}>
        Try again
      </Button>
    </Notice>
  )
}
