import { Controller, Get, Header, Inject, Param, Query } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { GetEntryExit, type EntryExitAnswer } from '../../queries/get-entry-exit/get-entry-exit.query.ts';
import { GetPaths, type PathsAnswer } from '../../queries/get-paths/get-paths.query.ts';
import { GetRealtime, type RealtimeAnswer } from '../../queries/get-realtime/get-realtime.query.ts';
import { GetStats } from '../../queries/get-stats/get-stats.query.ts';
import { GetTimeseries, type TimeseriesAnswer } from '../../queries/get-timeseries/get-timeseries.query.ts';
import { GetVitals, type VitalsAnswer } from '../../queries/get-vitals/get-vitals.query.ts';
import { Access } from '../access/access.ts';
import { ApiMaybeAsker } from '../openapi/api-asker.ts';
import { ApiProblems } from '../openapi/api-problems.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import { ParametersPipe } from './parameters.pipe.ts';
import {
  EntryExitResponse,
  PathsResponse,
  RealtimeResponse,
  StatsResponse,
  TimeseriesResponse,
  VitalsResponse,
} from './stats.dto.ts';
import { ListParameters, StatsParameters, TimeseriesParameters } from './stats.parameters.ts';

/** A public site's figures are for everybody; of others for those who may read them. */
const READERS = { scope: 'stats:read', site: 'site_id', public: 'if-site-public' } as const;

/** The figures of a site. They are of this moment, and of a reader: nobody on the way may keep them. */
@ApiTags('Stats')
@ApiMaybeAsker()
@ApiParam({ name: 'site_id', type: 'string', format: 'uuid' })
@Controller('api/stats/:site_id')
export class StatsController {
  constructor(@Inject(QueryBus) private readonly queries: QueryBus) {}

  @Get()
  @Access(READERS)
  @Header('cache-control', 'no-store')
  @ApiOperation({ summary: 'Sums of a period, those of the period before, and a breakdown' })
  @ApiOkResponse({ type: StatsResponse })
  @ApiProblems(400, 401, 403, 404, 503)
  async stats(
    @Param('site_id') siteId: string,
    @Query(new ParametersPipe(StatsParameters)) asked: StatsParameters,
  ): Promise<StatsResponse> {
    const after = asked.cursor === undefined ? null : decodeCursor(asked.cursor);
    const query = new GetStats(siteId, asked.period, asked.metric, Number(asked.limit), after);
    const { next, meta, ...answer } = await this.queries.execute(query);
    return { ...answer, next_cursor: next === null ? null : encodeCursor(next), meta };
  }

  @Get('timeseries')
  @Access(READERS)
  @Header('cache-control', 'no-store')
  @ApiOperation({ summary: 'Visitors, visits and page views of every day or hour, those without traffic included' })
  @ApiOkResponse({ type: TimeseriesResponse })
  @ApiProblems(400, 401, 403, 404, 503)
  timeseries(
    @Param('site_id') siteId: string,
    @Query(new ParametersPipe(TimeseriesParameters)) { period, interval }: TimeseriesParameters,
  ): Promise<TimeseriesAnswer> {
    return this.queries.execute(new GetTimeseries(siteId, period, interval));
  }

  @Get('realtime')
  @Access(READERS)
  @Header('cache-control', 'no-store')
  @ApiOperation({ summary: 'Visitors of the last five minutes' })
  @ApiOkResponse({ type: RealtimeResponse })
  @ApiProblems(401, 403, 404, 503)
  realtime(@Param('site_id') siteId: string): Promise<RealtimeAnswer> {
    return this.queries.execute(new GetRealtime(siteId));
  }

  @Get('paths')
  @Access(READERS)
  @Header('cache-control', 'no-store')
  @ApiOperation({ summary: 'The commonest sequences of pages of a visit' })
  @ApiOkResponse({ type: PathsResponse })
  @ApiProblems(400, 401, 403, 404, 503)
  paths(
    @Param('site_id') siteId: string,
    @Query(new ParametersPipe(ListParameters)) { period, limit }: ListParameters,
  ): Promise<PathsAnswer> {
    return this.queries.execute(new GetPaths(siteId, period, Number(limit)));
  }

  @Get('entry-exit')
  @Access(READERS)
  @Header('cache-control', 'no-store')
  @ApiOperation({ summary: 'The pages on which visits began and ended' })
  @ApiOkResponse({ type: EntryExitResponse })
  @ApiProblems(400, 401, 403, 404, 503)
  entryExit(
    @Param('site_id') siteId: string,
    @Query(new ParametersPipe(ListParameters)) { period, limit }: ListParameters,
  ): Promise<EntryExitAnswer> {
    return this.queries.execute(new GetEntryExit(siteId, period, Number(limit)));
  }

  @Get('vitals')
  @Access(READERS)
  @Header('cache-control', 'no-store')
  @ApiOperation({ summary: 'Web vitals of the pages with most views that told them: the 75th percentiles' })
  @ApiOkResponse({ type: VitalsResponse })
  @ApiProblems(400, 401, 403, 404, 503)
  vitals(
    @Param('site_id') siteId: string,
    @Query(new ParametersPipe(ListParameters)) { period, limit }: ListParameters,
  ): Promise<VitalsAnswer> {
    return this.queries.execute(new GetVitals(siteId, period, Number(limit)));
  }
}
