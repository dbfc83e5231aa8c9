/** A floor as people read it. */
export interface Floor {
  readonly id: string;
  readonly title: string;
  readonly question: string;
}

/** The floors from the ground up; each answers one question, and each stands on those before it. */
export const FLOORS: readonly Floor[] = [
  { id: 'hardware-keys', title: 'Hardware keys', question: 'Where does the key live?' },
  { id: 'pinning', title: 'Pinning', question: 'Is the wire safe from outside eyes?' },
  {
    id: 'mutual-tls',
    title: 'Mutual TLS',
    question: "Can this device's cryptographic identity be trusted?",
  },
  {
    id: 'attestation',
    title: 'Attestation',
    question: 'Is the ground healthy, and is this key on it?',
  },
  {
    id: 'signed-body',
    title: 'Signed body',
    question: 'Is this request from that key, just once?',
  },
  { id: 'monitoring', title: 'Monitoring', question: 'Does the traffic feel human and right?' },
  { id: 'hooking', title: 'Hooking', question: 'What survives a hook in the process?' },
  { id: 'cost', title: 'Cost', question: 'What does each step cost the user?' },
];

/** The named floors in the table's order; one that the table does not know comes last. */
export function floorsOf(ids: Iterable<string>): readonly Floor[] {
  const named = new Set(ids);
  const known = FLOORS.filter(({ id }) => named.has(id));
  const unknown = [...named]
    .filter((id) => !FLOORS.some((floor) => floor.id === id))
    .map((id) => ({ id, title: id, question: '' }));
  return [...known, ...unknown];
}
