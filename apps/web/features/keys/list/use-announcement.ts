'use client'

import { useEffect, useState } from 'react'

const shownMs = 6000

/** Holds what is to be announced, until it has been read. */
export function useAnnouncement(): [text: string, announce: (text: string) => void] {
  const [text, setText] = useState('')
  useEffect(() => {
    if (text === '') return
    const timer = setTimeout(() => setText(''), shownMs)
    return () => clearTimeout(timer)
  }, [text])
  return [text, setText]
}
