'use client'

import { Button } from '#ui/button.tsx'
import { Notice } from '#ui/notice.tsx'

/** Stands in for a page that could not be made. The server's log has the reason, under the digest. */
export default function ErrorPage({ error, retry }: { error: Error & { digest?: string }; retry: () => void }) {
  return (
    <Notice
      title="This page could not be made"
      text={`One of the services behind it did not answer. ${error.digest === undefined ? '' : `Reference: ${error.digest}`}`}
    >
      {/* Asks the server anew: `reset` would only show again what it has answered. */}
      <Button variant="outline" onClick={retry}>
        Try again
      </Button>
    </Notice>
  )
}
