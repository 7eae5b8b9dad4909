/** What is said of a reading that no part has a sentence for. */
export const SENTENCES = {
  usual: 'Within what is usual.',
  warmingUp: 'Not judged yet: still learning what is usual.',
  noNumber: 'Not judged: there is no number in this reading.',
  notTrusted: 'Not judged: the quality of this reading is too bad.',
} as const;
