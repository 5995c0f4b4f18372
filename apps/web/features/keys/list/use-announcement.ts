'use client'

import { useEffect, useState } from 'react'

const shownMs = 6000

/** Holds the text of an announcement for a few seconds. */
export function useAnnouncement(): [text: string, announce: (text: string) => void] {
  const [text, setText] = useState('')
  useEffect(() => {
    if (text === '') return
    const timer = setTimeout(() => setText(''), shownMs)
    return () => clearTimeout(timer)
  }, [text])
  return [text, setText]
}
