'use client'

import { Button } from '#ui/button.tsx'
import { Notice } from '#ui/notice.tsx'

/** Replaces a page that failed to render. The server logs the reason under the digest. */
export default function ErrorPage({ error, retry }: { error: Error & { digest?: string }; retry: () => void }) {
  return (
    <Notice
      title="Something went wrong"
      text={`We couldn’t load this page. ${error.digest === undefined ? '' : `Reference: ${error.digest}`}`}
    >
      {/* Asks the server again, unlike `reset`, which renders the same response. */}
      <Button variant="outline" onClick={retry}>
        Try again
      </Button>
    </Notice>
  )
}
