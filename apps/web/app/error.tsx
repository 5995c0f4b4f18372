'use client'

import { Notice } from '#components/notice.tsx'
import { Button } from '#components/ui/button.tsx'

/** Stands in for a page that could not be made. The server's log has the reason, under the digest. */
export default function ErrorPage({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
  return (
    <Notice
      title="This page could not be made"
      text={`One of the services behind it did not answer. ${error.digest === undefined ? '' : `Reference: ${error.digest}`}`}
    >
      <Button variant="outline" onClick={reset}>
        Try again
      </Button>
    </Notice>
  )
}
