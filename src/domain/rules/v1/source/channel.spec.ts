import { CHANNELS } from './channel.ts';

it('keeps the order of the channels, whose index is stored', () => {
  expect(CHANNELS.join('|')).toBe(
    'Direct|Organic Search|Organic Social|Organic Video|Organic Shopping|Paid Search|Paid Social|Paid Video|' +
      'Paid Shopping|Paid Other|Display|Email|Affiliates|Referral|SMS|Audio|Mobile Push|Cross-network|AI Assistants',
  );
});
