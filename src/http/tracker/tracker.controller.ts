import { Controller, Get, Req, Res, type OnModuleInit } from '@nestjs/common';
import { ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Access } from '../access/access.ts';
import { ApiOpenProblems } from '../openapi/api-problems.ts';
import { isKnown, preferredEncoding, readTracker, type TrackerAsset } from './tracker.assets.ts';

/** `GET` and `HEAD /antics.js`: the tracker, for any page of any site. It is read once, when the server starts. */
@ApiTags('Public')
@Controller()
export class TrackerController implements OnModuleInit {
  private asset!: TrackerAsset;

  async onModuleInit(): Promise<void> {
    this.asset = await readTracker();
  }

  @Get('antics.js')
  @Access({ open: true })
  @ApiOperation({ summary: 'The tracker script (ETag, 304, brotli and gzip; cached for a day)' })
  @ApiProduces('text/javascript')
  @ApiOpenProblems()
  serve(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    const { encoding, body, etag } = this.asset[preferredEncoding(request.headers['accept-encoding'])];
    void reply.headers({
      etag,
      'cache-control': 'public, max-age=86400',
      vary: 'Accept-Encoding',
      // The page that includes it is another origin, by definition; helmet's default would keep it out.
      'access-control-allow-origin': '*',
      'cross-origin-resource-policy': 'cross-origin',
      'x-content-type-options': 'nosniff',
    });
    if (isKnown(request.headers['if-none-match'], etag)) {
      void reply.status(304).send();
      return;
    }
    if (encoding !== 'identity') void reply.header('content-encoding', encoding);
    void reply.type('text/javascript; charset=utf-8').send(body);
  }
}
