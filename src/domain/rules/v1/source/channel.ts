import type { Category } from './host-table.ts';

/** Channels are stored as their index here: append, never reorder or remove. Names: GA4's default channel group. */
export const CHANNELS = [
  'Direct',
  'Organic Search',
  'Organic Social',
  'Organic Video',
  'Organic Shopping',
  'Paid Search',
  'Paid Social',
  'Paid Video',
  'Paid Shopping',
  'Paid Other',
  'Display',
  'Email',
  'Affiliates',
  'Referral',
  'SMS',
  'Audio',
  'Mobile Push',
  'Cross-network',
  'AI Assistants',
] as const;
export type Channel = (typeof CHANNELS)[number];

/** What the channel is told from; texts in small letters, '' where there is none. */
export interface ChannelInput {
  /** The source as the link or the referrer said it; '' for none at all. */
  source: string;
  /** A referrer's host is read by whole labels, a campaign's tag by its words. */
  sourceIsHost: boolean;
  category: Category | null;
  /** The source is one that only ads have (`adwords`, `fb-ads`). */
  paidSource: boolean;
  /** The click id says that a search ad of this very source was clicked. */
  paidSearchClick: boolean;
  medium: string;
  campaign: string;
}

const DISPLAY = new Set(['display', 'banner', 'expandable', 'interstitial', 'cpm']);
const PAID = /cp|^ppc$|^retargeting$|^paid/;
// GA4's own expression: "eshop" and "spring-shop" are shops, "workshop" is not.
const SHOP = /(?:^|[^a-df-z])shop|shopping/;
const SOCIAL = /^(?:social(?:[-_ ]?(?:network|media))?|sm)$/;
const EMAIL = /e[-_ ]?mail|newsletter/;
const EMAIL_LABEL = /(?:^|\.)(?:e-?mail|newsletter)\.(?=.*\.)/;
const PUSH = /push$|mobile|notification/;

/** The first channel whose condition holds; the order is part of the rule. */
export function channelOf(input: ChannelInput): Channel {
  const { source, category, medium, campaign } = input;
  const paid = input.paidSource || PAID.test(medium);
  const shopping = category === 'shopping' || SHOP.test(campaign);

  if (campaign.includes('cross-network')) return 'Cross-network';
  if (DISPLAY.has(medium)) return 'Display';
  if (shopping && paid) return 'Paid Shopping';
  if ((category === 'search' && paid) || input.paidSearchClick) return 'Paid Search';
  if (category === 'social' && paid) return 'Paid Social';
  if (category === 'video' && paid) return 'Paid Video';
  if (paid) return 'Paid Other';
  if (shopping) return 'Organic Shopping';
  if (category === 'social' || SOCIAL.test(medium)) return 'Organic Social';
  if (category === 'video' || medium.includes('video')) return 'Organic Video';
  if (category === 'ai') return 'AI Assistants';
  if (category === 'search' || medium === 'organic') return 'Organic Search';
  if (category === 'email' || EMAIL.test(medium) || saysEmail(input)) return 'Email';
  if (medium === 'affiliate' || medium === 'affiliates') return 'Affiliates';
  if (medium === 'audio') return 'Audio';
  if (medium === 'sms' || source === 'sms') return 'SMS';
  if (PUSH.test(medium) || source === 'firebase') return 'Mobile Push';
  if (source !== '' || medium === 'referral' || medium === 'app' || medium === 'link') return 'Referral';
  return 'Direct';
}

function saysEmail({ source, sourceIsHost }: ChannelInput): boolean {
  return sourceIsHost ? EMAIL_LABEL.test(source) : EMAIL.test(source);
}
